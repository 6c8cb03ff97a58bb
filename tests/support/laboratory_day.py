"""A made-up day of a laboratory: twelve shapes of report as they come to a printer. Knows no real patient.

Draw all of them on 80 and 58 mm paper to look at: `python -m tests.support.laboratory_day FOLDER`
"""

import sys
from pathlib import Path
from typing import Any

from hardware.escpos.layout.documents import ReportDocument
from hardware.escpos.layout.report import draw_report
from tests.support.printers import MOMENT, P58, P80, strip

Line = dict[str, Any]


def result(
    name: str, value: str, unit: str = "", flag: str = "", around: str = "", level: int = 0, *notes: str
) -> Line:
    """A result line of a print view."""
    return {
        "kind": "result",
        "level": level,
        "name": name,
        "result": value,
        "unit": unit,
        "flag": flag,
        "range": around,
        "notes": list(notes),
    }


def heading(name: str, level: int = 0, *notes: str) -> Line:
    """The name of a panel or group."""
    return {"kind": "heading", "level": level, "name": name, "notes": list(notes)}


def text(name: str, value: str, level: int = 0) -> Line:
    """A label and a long text."""
    return {"kind": "text", "level": level, "name": name, "result": value}


def report(title: str, items: list[Line], **changes: Any) -> dict[str, Any]:
    """A print view as the server sends it (server/protocol/reports.py)."""
    return {
        "kind": "report",
        "title": title,
        "hospital": {"zh": "示范医院", "en": "Demo Hospital"},
        "patient": {"display_name": "张*三", "sex": "male", "age": 68, "id_tail": "0018"},
        "items": items,
        "conclusion": [],
        "notes": [],
        "issued_at": "2026-11-28T02:35:00Z",
        "collected_at": "2026-11-28T00:12:00Z",
        "timezone": "Asia/Shanghai",
        "code": "LIS-20261128-0042",
        "formal": False,
        "verifier": "李审核",
        "operator": "王检验",
        "version": 1,
        "status": "final",
        "corrected": False,
        "language": "zh",
        "copy_number": 0,
        "terminal": "K3",
    } | changes


BLOOD_COUNT = report(
    "血常规（五分类）",
    [
        result("白细胞计数", "12.60", "10*9/L", "H", "3.50-9.50"),
        result("中性粒细胞百分比", "86.3", "%", "H", "40.0-75.0"),
        result("淋巴细胞百分比", "9.1", "%", "L", "20.0-50.0"),
        result("红细胞计数", "4.31", "10*12/L", "N", "4.30-5.80"),
        result("血红蛋白", "98", "g/L", "L", "130-175"),
        result("红细胞比容", "0.312", "L/L", "L", "0.400-0.500"),
        result("平均红细胞体积", "72.4", "fL", "L", "82.0-100.0"),
        result("平均血红蛋白量", "22.7", "pg", "L", "27.0-34.0"),
        result("平均血红蛋白浓度", "314", "g/L", "L", "316-354"),
        result("血小板计数", "1231", "10*9/L", "H", "125-350"),
        result("C反应蛋白", ">200.0", "mg/L", "H", "<6.0"),
    ],
)
CHEMISTRY = report(
    "生化全套",
    [
        result("钾", "7.9", "mmol/L", "HH", "3.5-5.3", 0, "已电话通知内科，李医生，09:58"),
        result("钠", "140", "mmol/L", "L", "137.0-147.0"),
        result("氯", "101.2", "mmol/L", "N", "99.0-110.0"),
        result("葡萄糖", "2.1", "mmol/L", "LL", "3.9-6.1", 0, "已电话通知内科，李医生，09:58"),
        result("丙氨酸氨基转移酶", "22", "U/L", "N", "9-50"),
        result("天门冬氨酸氨基转移酶", "19", "U/L", "N", "15-40"),
        result("总胆红素", "11.90", "μmol/L", "N", "0.00-26.00"),
        result("肌酐", "20000000", "μmol/L", "H", "57-111"),
        result("估算肾小球滤过率", "28.4", "mL/min/1.73m²", "L", ">=90.0"),
        result("高敏肌钙蛋白I", "<0.0015", "ng/mL", "N", "0.0000-0.0262"),
        result("脂蛋白(a)", "1285.4", "nmol/L", "H", "<75"),
    ],
)
URINE = report(
    "尿常规",
    [
        result("颜色", "黄色"),
        result("透明度", "微混"),
        heading("干化学"),
        result("酸碱度", "6.0", "", "N", "4.5-8.0", 1),
        result("比重", "1.025", "", "N", "1.003-1.030", 1),
        result("蛋白质", "2+", "", "A", "阴性", 1),
        result("葡萄糖", "阴性(-)", "", "N", "阴性", 1),
        result("隐血", "±", "", "A", "阴性", 1),
        result("亚硝酸盐", "阳性", "", "POS", "阴性", 1),
        heading("有形成分"),
        result("白细胞", "182", "/μL", "H", "0-25", 1),
        result("红细胞", "31", "/μL", "H", "0-23", 1),
        result("管型", "0.51", "/LPF", "N", "0.00-1.00", 1),
    ],
)
NESTED = report(
    "入院检查组合",
    [
        heading("血常规"),
        heading("白细胞分类", 1),
        result("中性粒细胞", "4.10", "10*9/L", "N", "1.80-6.30", 2),
        result("嗜酸性粒细胞", "0.71", "10*9/L", "H", "0.02-0.52", 2),
        heading("异型淋巴细胞", 2),
        result("百分比", "3", "%", "A", "0", 3, "镜检复核"),
        result("血红蛋白", "131", "g/L", "N", "130-175", 1),
        heading("甲状腺功能", 0, "电化学发光法"),
        result("促甲状腺激素", "0.005", "mIU/L", "L", "0.270-4.200", 1),
        result("游离甲状腺素", "38.61", "pmol/L", "H", "12.00-22.00", 1),
        result("甲状腺过氧化物酶抗体", "<9.00", "IU/mL", "N", "<34.00", 1),
    ],
)
CULTURE = report(
    "细菌培养及药敏",
    [
        text("标本", "清洁中段尿"),
        heading("1. 大肠埃希菌 Escherichia coli", 0, "菌落计数 >10^5 CFU/mL；ESBL 阳性"),
        result("氨苄西林", ">=32", "μg/mL", "R", "≤8", 1),
        result("头孢曲松", ">=64", "μg/mL", "R", "≤1", 1),
        result("头孢吡肟", "4", "μg/mL", "SDD", "≤2", 1),
        result("左氧氟沙星", "1", "μg/mL", "I", "≤0.5", 1),
        result("亚胺培南", "<=0.25", "μg/mL", "S", "≤1", 1),
        result("哌拉西林/他唑巴坦", "8/4", "μg/mL", "S", "≤8/4", 1),
        heading("2. 粪肠球菌 Enterococcus faecalis", 0, "菌落计数 10^4 CFU/mL"),
        result("万古霉素", "1", "μg/mL", "S", "≤4", 1),
        result("利奈唑胺", "2", "μg/mL", "S", "≤2", 1),
    ],
    conclusion=["检出两种细菌，请结合临床判断是否为感染菌。"],
)
COAGULATION = report(
    "凝血功能",
    [
        result("凝血酶原时间", "31.6", "s", "H", "9.4-12.5"),
        result("国际标准化比值", "1.0", "1", "N", "0.80-1.20"),
        result("国际标准化比值（复查）", "6.2", "1", "HH", "0.80-1.20"),
        result("活化部分凝血活酶时间", "29.8", "s", "N", "25.1-36.5"),
        result("纤维蛋白原", "2.81", "g/L", "N", "2.38-4.98"),
        result("D-二聚体", "0.31", "mg/L FEU", "N", "<0.68"),
    ],
)
BLOOD_GAS = report(
    "血气分析",
    [
        result("酸碱度", "7.21", "", "L", "7.350-7.450"),
        result("二氧化碳分压", "58.4", "mmHg", "H", "35.0-45.0"),
        result("氧分压", "<50.0", "mmHg", "L", "80.0-100.0"),
        result("剩余碱", "-8.4", "mmol/L", "L", "-3.0--+3.0"),
        result("实际碳酸氢根", "16.9", "mmol/L", "L", "21.4-27.3"),
        result("乳酸", ">15.0", "mmol/L", "HH", "0.5-1.6", 0, "已通知急诊科"),
        result("氧饱和度", "≥98", "%", "N", "95-99"),
        result("吸入氧浓度", "0.21"),
    ],
    collected_at="2026-11-28T00:12:00Z/2026-11-28T00:14:00Z",
)
IMAGING = report(
    "胸部CT平扫",
    [
        text(
            "检查所见",
            "胸廓对称，气管居中。右肺上叶尖段见一磨玻璃结节，大小约 8.5 mm×6.2 mm，边界清，未见分叶及毛刺；"
            "左肺下叶见条索影。两肺门不大，纵隔内未见肿大淋巴结。心影不大，冠状动脉左前降支见钙化。"
            "两侧胸膜腔未见积液。所示骨质未见破坏。\n扫描范围内肝内见数个低密度影，最大者直径 1.25 cm。",
        ),
    ],
    conclusion=[
        "1. 右肺上叶磨玻璃结节（8.5 mm），建议 3-6 个月后复查。",
        "2. 左肺下叶陈旧灶。",
        "3. 冠状动脉钙化；肝囊肿可能。",
    ],
    operator="周影像",
    verifier="吴主任",
    code="RIS-CT-88120",
    examination=True,
    collected_at="2026-11-28",
)
ECG = report(
    "十二导联心电图",
    [
        result("心率", "112", "次/分", "H", "60-100"),
        result("PR间期", "148", "ms", "N", "120-200"),
        result("QRS时限", "96", "ms", "N", "<120"),
        result("QT/QTc", "352/481", "ms", "H", "<450"),
        result("电轴", "-35", "°", "L", "-30-+90"),
        text("描述", "P波规律出现，PR间期恒定，ST段在V4-V6水平压低 0.10-0.15 mV，T波低平。"),
    ],
    conclusion=["窦性心动过速；电轴左偏；ST-T改变；QT间期延长。请结合临床。"],
    code="ECG-5521",
    examination=True,
)
CORRECTED = report(
    "肝功能（更正）",
    [
        result("总胆红素", "35.2", "μmol/L", "H", "0.0-26.0"),
        result("直接胆红素", "12.8", "μmol/L", "H", "0.0-8.0"),
        result("白蛋白", "38.0", "g/L", "L", "40.0-55.0", 0, "原报告 83.0 g/L，录入有误"),
    ],
    notes=["本报告更正 2026-11-27 16:05 发出的第 1 版，请以本版为准。"],
    version=2,
    status="corrected",
    corrected=True,
    copy_number=1,
)
WITH_NOTES = report(
    "急诊电解质",
    [
        result("钾", "无结果：标本溶血，请重新采血", "", "", "3.5-5.3"),
        result("钠", "139.6", "mmol/L", "N", "137.0-147.0"),
        result("乳酸脱氢酶", "612", "U/L", "H", "120-250", 0, "标本溶血，结果可能偏高"),
        result("血氨", "未检：标本量不足", "", "", ""),
        result("皮质醇", "", "nmol/L", "", "166.0-507.0", 0, "检测中，另行报告"),
    ],
    notes=["标本溶血（++）。", "采样管为绿头管（肝素锂）。"],
    collected_at="2026-11",
)
LONG = report(
    "风湿免疫与自身抗体谱、感染标志物及血药浓度联合检测（含复查项目）",
    [
        result("抗环瓜氨酸肽抗体（化学发光微粒子免疫分析法，第三代试剂）", "1285.40", "RU/mL", "H", "0.00-17.00"),
        result("抗核抗体滴度", "1:1280 核颗粒型，1:320 胞浆颗粒型", "", "A", "阴性<1:100，弱阳性1:100-1:320"),
        result("Anti-neutrophil cytoplasmic antibody (proteinase 3), chemiluminescence", "3.2", "CU", "N", "<20.0"),
        result("𠮷䶮㐂抗原", "0.02", "S/CO", "N", "0.00-1.00"),
        result("25-羟基维生素D3", "18.62", "ng/mL", "L", "缺乏<20；不足20-30；充足30-100"),
        result("1,25-二羟基维生素D", "42.1", "pg/mL", "N", "19.9-79.3"),
        result("他克莫司谷浓度", "12.8", "ng/mL", "H", "5.0-10.0"),
        result("巨细胞病毒DNA", "2.35×10⁴", "IU/mL", "A", "<5.00×10²"),
        *(result(f"过敏原特异性IgE（{number}）", f"0.{number:02d}", "kUA/L", "N", "<0.35") for number in range(1, 33)),
    ],
    patient={
        "display_name": "阿卜杜热合曼·买买提依明江阿不都热西提",
        "sex": "female",
        "age": 102,
        "id_tail": "001X",
    },
    operator="阿依古丽·买买提江",
    verifier="欧阳建国 Wolfeschlegelstein",
)

DAY: dict[str, dict[str, Any]] = {
    "blood-count": BLOOD_COUNT,
    "chemistry-critical": CHEMISTRY,
    "urine": URINE,
    "nested-panel": NESTED,
    "culture": CULTURE,
    "coagulation": COAGULATION,
    "blood-gas": BLOOD_GAS,
    "imaging": IMAGING,
    "ecg": ECG,
    "corrected": CORRECTED,
    "with-notes": WITH_NOTES,
    "long": LONG,
}


def main(folder: Path) -> None:
    """Draw the day into `folder`, each report on both papers; the blood count in English too."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in DAY.items():
        for size, profile in (("80", P80), ("58", P58)):
            pages = draw_report(ReportDocument.model_validate(document), profile, MOMENT)
            strip(pages).save(folder / f"{name}-{size}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
