# What is shown and spoken in a hall; a call to a queue that is no clinic says what is done there.
call = 请 { $no } 号 { $name } 到 { $dept }{ $room } 就诊
stage = 请 { $no } 号 { $name } 到 { $room } 候诊区准备
recall = 再次呼叫:{ $no } 号 { $name },请尽快到 { $room }
passed = { $no } 号已过号,请到分诊台或自助机重新报到
call-laboratory = 请 { $no } 号 { $name } 到 { $dept }{ $room } 检查
call-imaging = 请 { $no } 号 { $name } 到 { $dept }{ $room } 检查
call-pharmacy = 请 { $no } 号 { $name } 到 { $dept }{ $room } 取药
call-cashier = 请 { $no } 号 { $name } 到 { $dept }{ $room } 缴费
call-registration = 请 { $no } 号 { $name } 到 { $dept }{ $room } 挂号
call_window-laboratory = 请 { $no } 号到 { $window } 号采血窗口
call_window-pharmacy = 请 { $no } 号 { $name } 到 { $window } 号窗口取药
call_window-cashier = 请 { $no } 号 { $name } 到 { $window } 号窗口缴费
call_window-registration = 请 { $no } 号 { $name } 到 { $window } 号窗口挂号
room = { $number }诊室
window = { $number }号窗口
