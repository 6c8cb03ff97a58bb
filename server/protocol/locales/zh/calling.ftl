# Why a station calls whom, as staff reads it.
reason-urgent = 危急优先
reason-graded_first_band = 急重患者优先
reason-arrived = 过号后已到门口
reason-staged = 已在诊室门口候诊
reason-in_order = 按顺序
reason-weave_return = 回诊穿插
reason-weave_policy = 政策优先穿插
reason-weave_passed = 过号重新报到后穿插
reason-only_one_lane = 没有普通号在等候
reason-graded_score = 等候时间占目标时间最多
reason-graded_overdue = 等候时间占目标时间最多（有人严重超时，政策优先暂停）
reason-alternate_queue = 多个队列轮流叫号
reason-first_come = 先到先看
reason-manual = 人工指定

waited_of_target = 等候 { $waited } 分钟 / 目标 { $target } 分钟 ({ $share } %)
waited = 等候 { $waited } 分钟
credit = 优先 +{ $credit } 分钟
chosen = 指定叫号
empty = 没有可叫的号
line = { $parts }
