/** What stands above a row, in the language of the page. */

const WORDS = {
  en: ["For you", "More like this", "Popular", "Trending now", "Latest arrivals", "Recently viewed"],
  de: ["Für Sie", "Ähnliches", "Beliebt", "Gerade gefragt", "Neu", "Zuletzt angesehen"],
  es: ["Para ti", "Parecidos", "Populares", "Tendencias", "Novedades", "Vistos recientemente"],
  fr: ["Pour vous", "Dans le même genre", "Populaires", "Tendances", "Nouveautés", "Vus récemment"],
  zh: ["为你推荐", "更多类似", "热门", "正在流行", "新品", "最近看过"],
};
const MORE = {
  en: ["1 more variant", "{n} more variants"],
  de: ["1 weitere Variante", "{n} weitere Varianten"],
  es: ["1 variante más", "{n} variantes más"],
  fr: ["1 autre variante", "{n} autres variantes"],
  zh: ["另有 1 款", "另有 {n} 款"],
};
const NAMES = ["recommend", "similar", "popular", "trending", "new", "recently-viewed"];

/** The language of the page, in two letters. */
export const language = (document.documentElement.lang || navigator.language).slice(0, 2).toLowerCase();

/** Return what a row is called. */
export function titleOf(name) {
  return (WORDS[language] || WORDS.en)[NAMES.indexOf(name)];
}

/** Return how many more variants there are, in words. */
export function moreOf(n) {
  return (MORE[language] || MORE.en)[Number(n > 1)].replace("{n}", n);
}
