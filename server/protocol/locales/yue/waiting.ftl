# What a waiting patient is told: where in line, who goes before, by which rule, what to do.
# Never a name, a grade or a diagnosis.

# "Why not me?": $rule is a sentence, $who the categories of those before.
next = 您是下一位。{ $rule }
before = 您前面還有 { $n } 位。{ $rule }
before_by = 您前面還有 { $n } 位：{ $who }。{ $rule }
paused = 目前沒有診室叫號，恢復後繼續。 { $why }
doctor_away = 您等候的醫生目前沒有叫號。如需改看本科其他醫生，請到服務台。

# Those before, by category.
ahead-by_staff = { $count } 位由醫護人員安排
ahead-earlier = { $count } 位比您先到
ahead-other_queues = { $count } 位同診室其他隊列的病人
ahead-by_condition = { $count } 位按病情和等候時間排在前面
ahead-woven = { $count } 位回診、優先或過號病人
ahead-passed = { $count } 位過號後重新登記的病人
ahead-policy = { $count } 位按政策優先的病人
ahead-returning = { $count } 位回診病人
ahead-in_order = { $count } 位排在您前面
ahead-staged = { $count } 位已在診室門口
ahead-arrived = { $count } 位已到門口的病人
ahead-urgent = { $count } 位危急病人優先

# The rule of a queue.
rule-first_come = 先到先看；危急病人優先。
rule-graded = 危急病人立即應診；其他病人按病情和等候時間排序，等候時間佔目標時間最多者先看。
rule-woven = 危急病人優先；按預約時段和登記先後叫號；每叫 { $ordinary } 位普通病人，穿插 { $others } 位回診、優先或過號病人。
rule-woven_adaptive = 危急病人優先；按預約時段和登記先後叫號；每叫 { $ordinary } 位普通病人，穿插 { $others } 位回診、優先或過號病人，回診較多時每叫 1 位普通病人穿插一次。

# To who is not in line.
state-checked_in = 請等候護士分流，分流後按病情排隊。
state-called = 已經叫到您，請立即前往應診。
state-serving = 正在應診。
state-held = 您的號已保留，回來後請重新登記。
state-passed = 叫號時您未到，請在自助機或分流站重新登記。
state-done = 應診已完成。
state-cancelled = 該號已取消。
state-no_show = 該號已過期。
held_elsewhere = 您正在另一處叫號或應診，結束後自動恢復排隊。
held_by_staff = 您的號已保留，回來後請告知護士。
transferred = 您已轉到其他候診區，請用新的號碼候診。

# Why a wait ends later than the slip said.
later = 比先前告知的時間晚：{ $why }。
delay-urgent = { $count } 位病情更急的病人先看
delay-earlier_slot = { $count } 位預約在前的病人
delay-woven = { $count } 位回診、優先或過號病人
delay-rooms = { $count } 間診室暫停或停診
delay-slower = 候診進度比預計的慢

# On the slip.
slip_hint = 過號請到自助機或分流站重新登記
other_doctor = 您預約的醫生目前不在本科應診，將由本科其他醫生接診。如需等候原來的醫生，請到服務台。

# Who comes after an alert.
coming-nurse = 護士正在過來
coming-doctor = 醫生正在過來
coming-somebody = 職員正在過來
coming-named = { $who }正在過來
