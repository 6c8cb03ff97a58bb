# What is shown and spoken in a hall; a call to a queue that is no clinic says what is done there.
call = 請 { $no } 號 { $name } 到 { $dept }{ $room }
stage = 請 { $no } 號到 { $room } 準備
recall = 再次呼叫 { $no } 號,請即到 { $room }
passed = { $no } 號已過號,請到分流站重新登記
call-laboratory = 請 { $no } 號到 { $room } 檢查
call-imaging = 請 { $no } 號到 { $room } 檢查
call-pharmacy = 請 { $no } 號 { $name } 到 { $dept }{ $room } 取藥
call-cashier = 請 { $no } 號 { $name } 到 { $dept }{ $room } 繳費
call-registration = 請 { $no } 號 { $name } 到 { $dept }{ $room } 掛號
call_window-laboratory = 請 { $no } 號到 { $window } 號抽血窗口
call_window-pharmacy = 請 { $no } 號 { $name } 到 { $window } 號窗口取藥
call_window-cashier = 請 { $no } 號 { $name } 到 { $window } 號窗口繳費
call_window-registration = 請 { $no } 號 { $name } 到 { $window } 號窗口掛號
room = { $number }診室
window = { $number }號窗口
