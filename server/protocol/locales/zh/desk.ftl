# What the desk is told of numbers, names and reports that do not fit.

old_number = 15位的旧身份证号码已停止使用，请填写18位号码。
kind_needed = 身份证号码无效。如果是护照、通行证等证件，请同时注明证件类型。
number_contradicts = { $fields }与身份证号码不符，请对照证件核对。
held-birth_date = 出生日期
held-sex = 性别

report_of_another = 这份报告属于另一位患者。
report_differs = { $fields }与报告不符，请对照证件核对。
field-identity_number = 身份证号码
field-name = 姓名
field-sex = 性别
field-birth_date = 出生日期
