# Slips, reports and the waiting list on paper.
wait_at = 请到{ $hall }候诊，听叫号就诊
wait_at-laboratory = 请到{ $hall }等候，听叫号检查
wait_at-imaging = 请到{ $hall }等候，听叫号检查
wait_at-pharmacy = 请到{ $hall }等候，听叫号取药
wait_at-cashier = 请到{ $hall }等候，听叫号缴费
wait_at-registration = 请到{ $hall }等候，听叫号挂号
ahead = 前面还有 { $n } 人
next = 您是下一位
wait = 预计等候 { $low }–{ $high } 分钟
wait_about = 预计等候约 { $low } 分钟
name = 姓名
queue = 科室
hall = 候诊区
doctor = 医生
slot = 预约
checked_in = 报到
missed = 过号请到自助机或分诊台重新报到
scan = 扫码查看排队
copy = 补打 第{ $n }次
copy_line = 补打 第{ $n }次 { $time } 终端 { $terminal }
page = 第 { $n } / { $of } 页
report = 检验报告
patient = 姓名
sex = 性别
male = 男
female = 女
age = 年龄
id_tail = 证件尾号
item = 项目
result = 结果
unit = 单位
range = 参考区间
range_short = 参考
no_value = （无结果）
conclusion = 结论
notes = 备注
examined = 检查时间
reporter = 报告者
opinion = 本报告供医师参考，请由医生为您解读
collected = 采样时间
issued = 报告时间
operator = 检验者
verifier = 审核者
code = 报告编号
corrected = 更正报告 v{ $n }，此前版本作废
summary = 仅供参考，非正式报告
specimen = 本报告仅对所送检标本负责，结果供医师参考
number = 号码
state = 状态
since = 时间
printed = 打印于
waiting = 候诊名单
nobody = 无人候诊
people = 共 { $n } 人
state-checked_in = 待分诊
state-waiting = 候诊
state-staged = 二次候诊
state-called = 已叫号
state-serving = 就诊中
state-held = 挂起
state-passed = 过号

# Flags of results; a line break parts arrow and word in a column.
flag-H = ↑高
flag-L = ↓低
flag-HH =
    ↑↑
    危急
flag-LL =
    ↓↓
    危急
flag-AA = 危急
flag-A = 异常
flag-POS = 阳性
flag-DET = 检出
flag-IND = 不确定
flag-E = 可疑
flag-RR = 有反应
flag-WR = 弱反应
flag-R = 耐药
flag-I = 中介
flag-SDD =
    剂量
    依赖
flag-NS = 不敏感
flag-S = 敏感

# The title of the waiting list, behind the name of the hall.
waiting_list = 候诊名单
