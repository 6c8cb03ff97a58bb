# Slips, reports and the waiting list on paper.
wait_at = 請到{ $hall }等候叫號
wait_at-laboratory = 請到{ $hall }等候叫號檢查
wait_at-imaging = 請到{ $hall }等候叫號檢查
wait_at-pharmacy = 請到{ $hall }等候叫號取藥
wait_at-cashier = 請到{ $hall }等候叫號繳費
wait_at-registration = 請到{ $hall }等候叫號掛號
ahead = 前面還有 { $n } 人
next = 您是下一位
wait = 預計等候 { $low }–{ $high } 分鐘
wait_about = 預計等候約 { $low } 分鐘
name = 姓名
queue = 科室
hall = 候診區
doctor = 醫生
slot = 預約
checked_in = 登記
missed = 過號請到自助機或分流站重新登記
scan = 掃碼查看輪候
copy = 補印 第{ $n }次
copy_line = 補印 第{ $n }次 { $time } 終端 { $terminal }
page = 第 { $n } / { $of } 頁
report = 檢驗報告
patient = 姓名
sex = 性別
male = 男
female = 女
age = 年齡
id_tail = 證件尾號
item = 項目
result = 結果
unit = 單位
range = 參考區間
range_short = 參考
no_value = （無結果）
conclusion = 結論
notes = 備註
examined = 檢查時間
reporter = 報告者
opinion = 本報告供醫師參考，請由醫生為您解讀
collected = 採樣時間
issued = 報告時間
operator = 檢驗者
verifier = 審核者
code = 報告編號
corrected = 更正報告 v{ $n }，此前版本作廢
summary = 僅供參考，非正式報告
specimen = 本報告僅對所送檢標本負責，結果供醫師參考
number = 號碼
state = 狀態
since = 時間
printed = 列印於
waiting = 候診名單
nobody = 無人候診
people = 共 { $n } 人
state-checked_in = 待分流
state-waiting = 候診
state-staged = 二次候診
state-called = 已叫號
state-serving = 就診中
state-held = 掛起
state-passed = 過號

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
flag-A = 異常
flag-POS = 陽性
flag-DET = 檢出
flag-IND = 不確定
flag-E = 可疑
flag-RR = 有反應
flag-WR = 弱反應
flag-R = 耐藥
flag-I = 中介
flag-SDD =
    劑量
    依賴
flag-NS = 不敏感
flag-S = 敏感

# The title of the waiting list, behind the name of the hall.
waiting_list = 候診名單
