import type { Encoding } from "./encodings.ts";

const LATIN_WEST = "éèêëàâäáãåæçíìîïñóòôöõøœúùûüÿßÉÈÀÄÖÜÅÆØÇÑÁÓÚ";
const LATIN_EAST = "ąćęłńóśźżčěřšůžýáéíúďťňľĺŕôäőűöüăâîșțşţđĄĆĘŁŃÓŚŹŻČĚŘŠŮŽÝÁÉÍÚĎŤŇĽŐŰÖÜĂÂÎŞŢĐ";
const TURKISH = "çğıöşüÇĞİÖŞÜâîû";
const CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюяёАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁіїєґІЇЄҐ";
const GREEK = "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΆΈΉΊΌΎΏ";
const SIGNS = "€£°§’‘“”„–—…«»·•©®™½²³µºª¡¿№";

/** Letters that the languages written in an encoding are full of. */
const LETTERS: Readonly<Partial<Record<Encoding, string>>> = {
  "windows-1252": LATIN_WEST,
  "iso-8859-15": LATIN_WEST,
  macintosh: LATIN_WEST,
  "windows-1250": LATIN_EAST,
  "iso-8859-2": LATIN_EAST,
  "windows-1251": CYRILLIC,
  "koi8-r": CYRILLIC,
  "windows-1253": GREEK,
  "windows-1254": TURKISH,
};

const EAST_ASIAN: Readonly<Partial<Record<Encoding, RegExp>>> = {
  shift_jis: /[\u3040-\u30ff\u4e00-\u9fff\u3000-\u3015\uff01-\uff5e]/,
  "euc-jp": /[\u3040-\u30ff\u4e00-\u9fff\u3000-\u3015\uff01-\uff5e]/,
  gb18030: /[\u4e00-\u9fff\u3000-\u3015\uff01-\uff5e]/,
  big5: /[\u4e00-\u9fff\u3000-\u3015\uff01-\uff5e]/,
  "euc-kr": /[\uac00-\ud7a3\u3000-\u3015]/,
};

/** The characters that make up much of ordinary text in the language; text read in the wrong encoding has few of them. */
const FREQUENT: Readonly<Partial<Record<Encoding, string>>> = {
  shift_jis: "のにはをたがでてとしれさいるうかなくすりらっあもきちまこ日本人年大国会社名市東京都区店品番号カタトンスルアイリラドー",
  "euc-jp": "のにはをたがでてとしれさいるうかなくすりらっあもきちまこ日本人年大国会社名市東京都区店品番号カタトンスルアイリラドー",
  gb18030:
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运北京上海广州深圳价格姓名城市",
  big5: "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西斯月話合回特代內信表化老給世位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活台北高雄價格姓名城市",
  "euc-kr": "이다는에을의가고하지를로은한기어서시사자대도있정인그아일수부나리상해전구주장스선제원동들오여보과성명비공우신경소조안중교마와만계발유",
};

function letterScore(char: string, before: string, letters: string): number {
  if (letters.includes(char)) {
    const isOddCase = char !== char.toLowerCase() && /\p{Ll}/u.test(before);
    return isOddCase ? -0.5 : 1;
  }
  if (SIGNS.includes(char)) return /\p{L}/u.test(before) && char !== "’" && char !== "”" && char !== "»" && char !== "…" ? -0.2 : 0.6;
  if (char === "\u00a0") return 0.3;
  return /\p{L}/u.test(char) ? 0 : -0.7;
}

/**
 * How much a text, read in an encoding, looks like what people write: about 1 for words of a language of that encoding,
 * 0 and less for rubble. Only what is not ASCII counts.
 */
export function scoreText(text: string, encoding: Encoding): number {
  const asian = EAST_ASIAN[encoding];
  const frequent = FREQUENT[encoding] ?? "";
  const letters = LETTERS[encoding] ?? "";
  let sum = 0;
  let count = 0;
  let before = "";
  for (const char of text) {
    if (char > "\u007f") {
      count += 1;
      if (asian === undefined) sum += letterScore(char, before, letters);
      else if (frequent.includes(char)) sum += 1;
      else sum += asian.test(char) ? 0.3 : -0.7;
    }
    before = char;
  }
  return count === 0 ? 0 : sum / count;
}
