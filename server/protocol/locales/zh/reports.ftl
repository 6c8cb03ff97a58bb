# Reports: what a kiosk says of one, and what stands on paper in the place of coded values and of what is not there.

# The sentence of the desk is the same for every cause, so that it marks nobody.
printable-yes = 可以打印
printable-not_ready = 检验中，尚未出报告
printable-partial = 部分结果已出，完整报告未完成
printable-withdrawn = 报告已撤回，请咨询检验科
printable-desk = 您有 1 份报告需到服务台由工作人员协助领取，请携带身份证件。

# The absent ones are the codes of FHIR R4 data-absent-reason.
phrase-yes = 是
phrase-no = 否
phrase-positive = 阳性
phrase-negative = 阴性
phrase-detected = 检出
phrase-not_detected = 未检出
phrase-present = 有
phrase-absent = 无
phrase-normal = 正常
phrase-abnormal = 异常
phrase-indeterminate = 不确定
phrase-absent-unknown = 无结果：原因不明
phrase-absent-asked_unknown = 无结果：已询问，不知
phrase-absent-temp_unknown = 暂无结果
phrase-absent-not_asked = 无结果：未询问
phrase-absent-asked_declined = 无结果：患者未答
phrase-absent-masked = 无结果：未提供
phrase-absent-not_applicable = 不适用
phrase-absent-unsupported = 无结果：系统不支持
phrase-absent-as_text = 结果见文字说明
phrase-absent-error = 无结果：检测出错
phrase-absent-not_a_number = 无结果：非数值
phrase-absent-negative_infinity = 低于可测范围
phrase-absent-positive_infinity = 高于可测范围
phrase-absent-not_performed = 未做
phrase-absent-not_permitted = 无结果：不允许
phrase-not_on_this_paper = 此项无法在此打印，请向检验科索取
phrase-attached = 另有附件（如 PDF）未在此打印，请向检验检查科室索取
phrase-not_final = 此项尚未最终审核
phrase-incomplete = 本单不完整，以检验科正式报告为准
