export { declaredEncoding, detectXml, type XmlFinding, type XmlOptions } from "./detect-xml.ts";
export { xmlParser, xmlRecords } from "./xml-rows.ts";
