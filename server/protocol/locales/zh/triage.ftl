# Triage, as the nurse reads it: what was measured, why a grade is suggested, what to know beside it.

# Vital signs, and one with its value ("152 /min") and the limits it reached.
measure-respiration = 呼吸
measure-spo2 = 血氧饱和度
measure-systolic = 收缩压
measure-diastolic = 舒张压
measure-pulse = 心率
measure-temperature = 体温
measure-gcs = GCS评分
measure-pain = 疼痛评分
measure-glucose = 血糖
measure-potassium = 血钾
measure-oxygen = 是否吸氧
measure-consciousness = 意识
measured = { $measure } { $value } ({ $limits })
limits-zone = { $limits },该年龄危险区
limits-pregnant = 孕期≥{ $systolic }
limits-pregnant_pain = 孕期疼痛
question = { $measure } { $value },确定吗?
consciousness-C = 新发意识模糊
consciousness-V = 仅对呼唤有反应
consciousness-P = 仅对疼痛有反应
consciousness-U = 无反应

# Criteria.
news2_high = NEWS2评分{ $total }(≥7)
news2_medium = NEWS2评分{ $total }(5–6)
news2_single = NEWS2单项3分:{ $measures }
sepsis = 疑似感染且符合{ $count }项SIRS标准:脓毒症可疑
finding = { $finding }
pregnant_finding = 孕期{ $finding }
local = { $criterion }: { $value }

# Notes beside the criteria.
note-age = 年龄未知,按成人标准
note-news2_child = { $years }岁以下不用NEWS2
note-news2_pregnant = 孕妇不用NEWS2
note-danger_zone_child = 儿童危险区体征:请考虑Ⅱ级
note-danger_zone_adult = ESI危险区体征:请考虑2级
note-missing = 未测:{ $measures }
note-stale = 生命体征测量已过时,请复测
note-mews = MEWS评分{ $total }:{ $action }
note-hypercapnic = 血氧目标88–92%
note-pain = 剧痛:护士10分钟内查看并决定级别
action-resuscitate = 立即抢救
action-doctor_now = 医生立即查看
action-watch = 密切观察
action-routine = 常规观察

# Why a value is refused; $value is what was sent, $unit may be empty.
refused-unknown = 没有“{ $vital }”这一项
refused-yes_or_no = 只能填是或否
refused-consciousness = 只能填{ $known }之一
refused-diastolic = 舒张压高于收缩压,请核对
refused-time = 测量时间须带时区
refused-comma = 小数请用点,例如36.5
refused-number = 须为数字
refused-impossible = { $measure }不可能是{ $value }(应在{ $low }~{ $high }{ $unit }之间)
refused-whole = 须为整数

# What a patient may answer at the door, as staff reads it.
flag-chest_pain = 胸痛或胸闷
flag-breathing = 呼吸困难
flag-stroke = 突然无力、嘴歪或说话不清
flag-fainted_confused = 晕倒过或神志不清
flag-bleeding = 大量出血
flag-allergy = 严重过敏
flag-convulsion = 抽搐
flag-pregnancy = 怀孕且出血或疼痛
flag-self_harm = 心里很难受,想伤害自己
flag-severe_pain = 剧烈疼痛
flag-red_flag = 以上症状之一
flag-fever = 发热({ $celsius } ℃及以上)
flag-respiratory = 咳嗽、咽痛等呼吸道症状
flag-diarrhoea = 腹泻
flag-contact = 近期接触过传染病患者
