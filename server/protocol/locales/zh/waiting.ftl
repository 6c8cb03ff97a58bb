# What a waiting patient is told: where in line, who goes before, by which rule, what to do.
# Never a name, a grade or a diagnosis.

# "Why not me?": $rule is a sentence, $who the categories of those before.
next = 您是下一位。{ $rule }
before = 您前面还有 { $n } 位。{ $rule }
before_by = 您前面还有 { $n } 位：{ $who }。{ $rule }
paused = 目前没有诊室叫号，恢复后继续。 { $why }
doctor_away = 您等候的医生目前没有叫号。如需改看本科其他医生，请到服务台。

# Those before, by category.
ahead-by_staff = { $count } 位由医护人员安排
ahead-earlier = { $count } 位比您先到
ahead-other_queues = { $count } 位同诊室其他队列的患者
ahead-by_condition = { $count } 位按病情和等候时间排在前面
ahead-woven = { $count } 位回诊、优先或过号患者
ahead-passed = { $count } 位过号后重新报到的患者
ahead-policy = { $count } 位按政策优先的患者
ahead-returning = { $count } 位回诊患者
ahead-in_order = { $count } 位排在您前面
ahead-staged = { $count } 位已在诊室门口
ahead-arrived = { $count } 位已到门口的患者
ahead-urgent = { $count } 位危急患者优先

# The rule of a queue.
rule-first_come = 先到先看；危急患者优先。
rule-graded = 危急患者立即就诊；其他患者按病情和等候时间排序，等候时间占目标时间最多者先看。
rule-woven = 危急患者优先；按预约时段和报到先后叫号；每叫 { $ordinary } 位普通患者，穿插 { $others } 位回诊、优先或过号患者。
rule-woven_adaptive = 危急患者优先；按预约时段和报到先后叫号；每叫 { $ordinary } 位普通患者，穿插 { $others } 位回诊、优先或过号患者，回诊较多时每叫 1 位普通患者穿插一次。

# To who is not in line.
state-checked_in = 请等候护士分诊，分诊后按病情排队。
state-called = 已经叫到您，请立即前往就诊。
state-serving = 正在就诊。
state-held = 您的号已保留，回来后请重新报到。
state-passed = 叫号时您未到，请在自助机或分诊台重新报到。
state-done = 就诊已完成。
state-cancelled = 该号已取消。
state-no_show = 该号已过期。
held_elsewhere = 您正在另一处叫号或就诊，结束后自动恢复排队。
held_by_staff = 您的号已保留，回来后请告知护士。
transferred = 您已转到其他候诊区，请用新的号码候诊。

# Why a wait ends later than the slip said.
later = 比先前告知的时间晚：{ $why }。
delay-urgent = { $count } 位病情更急的患者先看
delay-earlier_slot = { $count } 位预约在前的患者
delay-woven = { $count } 位回诊、优先或过号患者
delay-rooms = { $count } 间诊室暂停或停诊
delay-slower = 候诊进度比预计的慢

# On the slip.
slip_hint = 过号请到自助机或分诊台重新报到
other_doctor = 您预约的医生目前不在本科出诊，将由本科其他医生接诊。如需等候原医生，请到服务台。

# Who comes after an alert.
coming-nurse = 护士正在过来
coming-doctor = 医生正在过来
coming-somebody = 工作人员正在过来
coming-named = { $who }正在过来
