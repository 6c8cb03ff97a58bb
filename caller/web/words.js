/* The words of the wall by language. Knows no page. */

export const WORDS = {
  zh: {
    lang: "zh-CN",
    ready: "请准备",
    passed: "过号",
    passedHelp: ["请到自助机或分诊台重新报到", "请重新报到"],
    waiting: (n) => "候诊 " + n + " 人",
    updated: (time) => "更新 " + time,
    page: (n, of) => n + " / " + of,
    paused: (time) => (time ? "暂停至 " + time : "暂停"),
    stopped: () => "停诊",
    closed: "本区暂未开诊",
    priority: "优先",
    more: (n) => "等 " + n + " 人",
    lost: (time) => (time ? "连接中断 " + time + "，请听人工叫号" : "正在连接，请听人工叫号"),
    call: ["请", "到", ""],
    recall: ["再次呼叫", "到", ""],
    stage: ["请", "到", "准备"],
    purpose: { laboratory: "检查", imaging: "检查", pharmacy: "取药", cashier: "缴费", registration: "挂号" },
  },
  yue: {
    lang: "zh-HK",
    ready: "請準備",
    passed: "過號",
    passedHelp: ["請到自助機或分流站重新登記", "請重新登記"],
    waiting: (n) => "候診 " + n + " 人",
    updated: (time) => "更新 " + time,
    page: (n, of) => n + " / " + of,
    paused: (time) => (time ? "暫停至 " + time : "暫停"),
    stopped: () => "停診",
    closed: "本區暫未開診",
    priority: "優先",
    more: (n) => "等 " + n + " 人",
    lost: (time) => (time ? "連接中斷 " + time + "，請聽人手叫號" : "正在連接，請聽人手叫號"),
    call: ["請", "到", ""],
    recall: ["再次呼叫", "到", ""],
    stage: ["請", "到", "準備"],
    purpose: { laboratory: "檢查", imaging: "檢查", pharmacy: "取藥", cashier: "繳費", registration: "掛號" },
  },
  en: {
    lang: "en",
    ready: "Next",
    passed: "Missed",
    passedHelp: ["Please check in again at a kiosk or the desk", "Check in again"],
    waiting: (n) => n + " waiting",
    updated: (time) => "Updated " + time,
    page: (n, of) => n + " / " + of,
    paused: (time) => (time ? "Paused until " + time : "Paused"),
    stopped: () => "Closed",
    closed: "No room is open yet",
    priority: "Priority",
    more: (n) => "of " + n,
    lost: (time) =>
      time
        ? "No connection since " + time + ". Please listen for the staff"
        : "Connecting. Please listen for the staff",
    call: ["", "→", ""],
    recall: ["Again:", "→", ""],
    stage: ["", "get ready at", ""],
    purpose: {
      laboratory: "for your test",
      imaging: "for your examination",
      pharmacy: "for your medicine",
      cashier: "to pay",
      registration: "to register",
    },
  },
};

/* The first language of `wanted` that there are words for. */
export function known(wanted) {
  return wanted.filter((language) => WORDS[language]);
}

/* What stands around number and place in a banner: a call to a pharmacy or a laboratory says what is done there. */
export function around(banner, language) {
  const [please, to, end] = WORDS[language][banner.kind] || WORDS[language].call;
  return [please, to, banner.kind === "stage" ? end : WORDS[language].purpose[banner.purpose] || end];
}

/* A name by language, or the nearest there is. */
export function named(names, language) {
  const near = language === "yue" ? ["yue", "zh"] : [language];
  for (const tag of near.concat(["zh", "en"], Object.keys(names))) {
    if (names[tag]) return names[tag];
  }
  return "";
}
