"""What a kiosk never prints because of what it is about, however it is spelled and wherever it stands."""

import pytest

from server.integrations.fhir import read_bundle
from server.services.reports.judging import withheld_rules
from tests.support.reports import bundle, observation, reasons

WITHHELD = """
ＨＩＶ抗体|β－ＨＣＧ|β-hCG|H.I.V.|H. I. V.|HIV1Ab|HIVAb|抗-HIV|AntiHIV|HIV-1 RNA|AIDS|爱滋|愛滋病|艾滋病毒|
人類免疫缺陷病毒|Human Immunodeficiency Virus 1|VDRL|vdrl|TPHA|TP-Ab|TPAb|抗-TP|TP抗体|T.pallidum|T. pallidum|
TRUST|ＴＲＵＳＴ|TRUST试验|梅毒甲苯胺红不加热血清试验|RPR|TPPA|TP-PA|FTA-ABS|Syphilis|HSV-2|HSV2|
单纯疱疹病毒Ⅱ型|單純皰疹|HPV16|CT/NG|Chlamydia trachomatis|沙眼衣原体|N. gonorrhoeae|淋病奈瑟菌|解脲支原体|
THC|THC-COOH|MDMA|海洛因|heroin|美沙酮|methadone|安非他命|摇头丸|冰毒|吗啡|嗎啡|morphine|Hydromorphone|
methamphetamine|cannabinoids|Cocaine metabolite|氯胺酮|Drugs of abuse screen|尿液毒品筛查|SCL-90|SCL90|PHQ-9|
PHQ９|GAD-7|抑郁自评量表|抑鬱|焦虑|精神科会诊|Hamilton Depression Rating|DNA亲权鉴定|親子鑑定|Paternity|
染色体核型|BRCA1|Karyotype|惡性|恶性肿瘤|adenocarcinoma|Carcinoma in situ|非小细胞肺癌|malignant cells|骨肉瘤|
HIVp24抗原|TP特异抗体|GC培养|HIVP24Ag|NG-DNA|CT-RNA|UU-DNA|人乳头状瘤病毒|尿毒检|苯二氮卓类|巴比妥类|
Norbuprenorphine|PSQI|抗TP|抗TP-IgG|TP抗体|
Trust|A.I.D.S.|Aids|HI V|H_I_V|H/I/V|Lues serology|Wassermann test|艾 滋 病抗体|梅 毒|精 神 科|自 杀|白 血 病|
宫内单活胎 孕12周|
相当于孕12+3周|尿妊试验|死胎|胚胎停育|MOP|MOP300|MET|COC|KET|KET(尿)|毒检五项|神经母细胞瘤|胶质母细胞瘤|精原细胞瘤|
印戒细胞|
胃Ca|HSIL|CIN III|CINⅢ|21三体高风险|21-三体|Trisomy 21|DNA鉴定|STR分型|SDS自评|SAS自评|汉密尔顿量表|输血九项|
传染四项|
术前免疫四项|medulloblastoma|retinoblastoma|肺Ca|孕20周|输血八项|
妊娠试验|妊娠|pregnancy test|HCG|hcg定量|血清绒毛膜促性腺激素|胎儿性别|早孕|输血前四项|术前八项|传染病筛查
"""
HARMLESS = """
interpretation|inteRPRetation|archive|arcHIVe|Trust laboratory|NHS Trust|Royal Hospital Trust|apomorphine|
阿扑吗啡|癌胚抗原|癌胚抗原(CEA)|鳞状上皮细胞癌抗原|糖类抗原125|Carcinoembryonic antigen|carcinoma antigen 125|
Cancer antigen 19-9|总蛋白 TP|TP|总蛋白|白细胞|血红蛋白|肺炎衣原体抗体|Chlamydia pneumoniae IgM|
水痘-带状疱疹病毒抗体|乙型肝炎病毒基因分型|甲胎蛋白|胎儿血红蛋白|hearing aids|CD4|T3|PCT|CHIVE|orchiVES|thcx|
Method|ethchlorvynol-free|AST depression|ST depression|ST段压低|精神可|恶性贫血|脑膜炎奈瑟菌|EB病毒抗体|
metabolic panel|metformin|Metanephrine|computed tomography|CT平扫|CT|NG|MG|UU|ketone|ketones|酮体|STR|STR3|
Streptomycin|SDS-PAGE|
SAS|AMP|trusted|entrust|新冠病毒检测|EB病毒检查|中毒检测科|免疫五项|呼吸道感染九项|CA19-9|胃CA72-4|血Ca|Ca|
胚胎抗原|U/g Hb|
mg/g Hb|A/G|MD A|for PR|孕酮|孕激素|三体|CIN|METs|COCs|coccus|mopped|blastocyst|
抗TPO|抗TPOAb|TPO抗体|丙二醛(MDA)|人疱疹病毒6型|Cancer Center|苯巴比妥|
肺炎支原体|钾|空腹血糖|RPRx|vrpr|shcga|promorphined|Sarcoidosis
"""


def words(text):
    return [word for line in text.strip().splitlines() for word in line.split("|") if word]


@pytest.mark.parametrize("word", words(WITHHELD))
def test_a_withheld_class_is_known_however_it_is_spelled(word):
    """P9, B8"""
    assert withheld_rules().classes_of([word], []), word


@pytest.mark.parametrize("word", words(HARMLESS))
def test_a_harmless_word_withholds_nothing(word):
    """P16"""
    assert () == withheld_rules().classes_of([word], []), word


@pytest.mark.parametrize(
    "texts",
    [["KET", "酮体"], ["KET", "尿常规"], ["KET", "Urinalysis"], ["MET", "蛋氨酸"], ["MET", "血浆氨基酸谱"]],
)
def test_an_abbreviation_is_harmless_beside_the_word_it_stands_for(texts):
    """B8, P16: KET of a urine strip is ketones."""
    assert () == withheld_rules().classes_of(texts, [])


def test_a_unit_is_never_what_was_examined_by_itself():
    """B7, P16: METs of an effort test; the unit of a virus load says what the virus is."""
    assert [] == reasons(result={"valueQuantity": {"value": 8, "unit": "MET"}})


@pytest.mark.parametrize("texts", [["drug", "screening"], ["H", "I", "V"], ["抗", "TP"], ["CT", "NG"]])
def test_words_of_two_results_make_no_third(texts):
    """P16"""
    assert () == withheld_rules().classes_of(texts, [])


PLACES = {
    "the title": {"report": {"code": {"text": "ＨＩＶ抗体"}}},
    "a code's display in the title": {"report": {"code": {"text": "抗体", "coding": [{"display": "HIV Ab"}]}}},
    "a category": {"report": {"category": [{"text": "艾滋病筛查"}]}},
    "a category code of genetics": {"report": {"category": [{"coding": [{"code": "GE"}]}]}},
    "a result's category": {"result": {"category": [{"text": "精神心理"}]}},
    "a name": {"result": {"code": {"text": "β－ＨＣＧ"}}},
    "a value": {"result": {"valueQuantity": None, "valueString": "检验备注: HIV-1抗体阳性"}},
    "a coded value": {
        "result": {"valueQuantity": None, "valueCodeableConcept": {"text": "阳性", "coding": [{"display": "HIV-1"}]}}
    },
    "a unit": {"result": {"valueQuantity": {"value": 40, "unit": "HIV-1 copies/mL"}}},
    "an interpretation": {"result": {"interpretation": [{"text": "HIV阳性"}]}},
    "an interpretation's display": {"result": {"interpretation": [{"coding": [{"code": "x", "display": "HIV+"}]}]}},
    "a note": {"result": {"note": [{"text": "妊娠试验阳性"}]}},
    "a conclusion": {"report": {"conclusion": "考虑梅毒"}},
    "a coded conclusion": {"report": {"conclusionCode": [{"text": "腺癌"}]}},
    "a component": {"result": {"component": [{"code": {"text": "吗啡"}, "valueString": "阴性"}]}},
    "a member": {
        "result": {"hasMember": [{"reference": "Observation/m"}]},
        "more": [observation("m", "梅毒螺旋体抗体", valueString="阴性")],
    },
    "a missing result's name": {"report": {"result": [{"display": "HIV抗体"}]}},
    **{
        f"only the LOINC code {code}": {"result": {"code": {"text": "项目", "coding": [{"code": code}]}}}
        for code in ("7917-8", "5292-8", "19080-1", "3426-4", "20507-0", "2118-8", "24111-7")
    },
}


@pytest.mark.parametrize("parts", PLACES.values(), ids=PLACES.keys())
def test_a_withheld_class_is_found_wherever_it_stands(parts):
    """P9, B7"""
    assert "withheld" in reasons(**parts)


def check_digit(number):
    """The check digit of a LOINC code (modulus 10, LOINC Users' Guide, "LOINC code check digit")."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(number))]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def test_every_code_is_a_code():
    """P9: a digit typed wrongly lets a report through and keeps another one back."""
    codes = [code for one in withheld_rules().classes for code in one.codes - {"GE", "CG"}]
    assert len(codes) == len(set(codes)), "a code belongs to one class"
    assert [] == [code for code in codes if code != f"{code[:-2]}-{check_digit(code[:-2])}"]


LABELS = {
    "on the report": {"report": {"meta": {"security": [{"code": "R"}]}}},
    "on a result": {"result": {"meta": {"security": [{"code": "V"}]}}},
    "on the patient": {"patient": {"meta": {"security": [{"code": "R"}]}}},
    **{
        f"by sensitivity {code}": {"report": {"meta": {"security": [{"code": code}]}}}
        for code in ("HIV", "STD", "PSY", "ETH", "SUD", "hiv")
    },
}


@pytest.mark.parametrize("parts", LABELS.values(), ids=LABELS.keys())
def test_a_security_label_at_any_level_restricts_the_report(parts):
    """P9"""
    assert ["restricted"] == reasons(**parts)


def test_a_label_of_the_bundle_restricts_its_reports():
    """P9"""
    (report,) = read_bundle(bundle() | {"meta": {"security": [{"code": "V"}]}})
    assert withheld_rules().is_labelled(report.labels)


def test_an_ordinary_label_restricts_nothing():
    """P16"""
    assert [] == reasons(report={"meta": {"security": [{"code": "N"}]}})


def test_a_range_that_speaks_of_pregnancy_withholds_nothing():
    """P16: 妊娠期 in a reference range is for everybody's thyroid."""
    assert [] == reasons(result={"referenceRange": [{"text": "非妊娠 0.3-4.2; 妊娠早期 0.1-2.5"}]})


def test_the_laboratorys_name_withholds_nothing():
    """P16"""
    assert [] == reasons(report={"performer": [{"display": "NHS TRUST HIV laboratory"}]})
