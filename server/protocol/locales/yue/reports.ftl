# Reports: what a kiosk says of one, and what stands on paper in the place of coded values and of what is not there.

# The sentence of the desk is the same for every cause, so that it marks nobody.
printable-yes = 可以列印
printable-not_ready = 化驗中，報告尚未完成
printable-partial = 部分結果已有，完整報告尚未完成
printable-withdrawn = 報告已撤回，請向化驗室查詢
printable-desk = 您有 1 份報告需到服務台由職員協助領取，請帶同身份證明文件。

# The absent ones are the codes of FHIR R4 data-absent-reason.
phrase-yes = 是
phrase-no = 否
phrase-positive = 陽性
phrase-negative = 陰性
phrase-detected = 檢出
phrase-not_detected = 未檢出
phrase-present = 有
phrase-absent = 無
phrase-normal = 正常
phrase-abnormal = 異常
phrase-indeterminate = 不確定
phrase-absent-unknown = 無結果：原因不明
phrase-absent-asked_unknown = 無結果：已詢問，不知
phrase-absent-temp_unknown = 暫無結果
phrase-absent-not_asked = 無結果：未詢問
phrase-absent-asked_declined = 無結果：病人未答
phrase-absent-masked = 無結果：未提供
phrase-absent-not_applicable = 不適用
phrase-absent-unsupported = 無結果：系統不支援
phrase-absent-as_text = 結果見文字說明
phrase-absent-error = 無結果：檢測出錯
phrase-absent-not_a_number = 無結果：非數值
phrase-absent-negative_infinity = 低於可測範圍
phrase-absent-positive_infinity = 高於可測範圍
phrase-absent-not_performed = 未做
phrase-absent-not_permitted = 無結果：不允許
phrase-not_on_this_paper = 此項無法在此列印，請向化驗室索取
phrase-attached = 另有附件（如 PDF）未在此列印，請向檢驗部門索取
phrase-not_final = 此項尚未最終審核
phrase-incomplete = 本單不完整，以化驗室正式報告為準
