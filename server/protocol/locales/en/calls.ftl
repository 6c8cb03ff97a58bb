# What is shown and spoken in a hall; a call to a queue that is no clinic says what is done there.
call = Number { $no }, please go to { $room }, { $dept }
stage = Number { $no }, please wait at { $room }; you are next
recall = Second call: number { $no }, please go to { $room } now
passed = Number { $no } was missed. Please check in again at the desk or a kiosk
call-laboratory = Number { $no }, please go to { $room } for your test
call-imaging = Number { $no }, please go to { $room } for your examination
call-pharmacy = Number { $no }, your medicine is ready at { $room }
call-cashier = Number { $no }, please go to { $room } to pay
call-registration = Number { $no }, please go to { $room } to register
call_window-laboratory = Number { $no }, blood collection window { $window }
call_window-pharmacy = Number { $no }, medicine is ready at window { $window }
call_window-cashier = Number { $no }, please pay at window { $window }
call_window-registration = Number { $no }, please register at window { $window }
room = Room { $number }
window = Window { $number }
