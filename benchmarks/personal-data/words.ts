/** People, streets and towns of the two halves of the corpus; the held-out half has other ones, many of them in no dictionary. */
export const WORDS = {
  tuning: {
    given: {
      en: "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth Emma Oliver Chloe Ryan".split(" "),
      de: "Hans Ursula Klaus Sabine Jürgen Petra Wolfgang Monika Stefan Heike Lena Jonas".split(" "),
      fr: "Jean Marie Pierre Camille François Hélène Guillaume Élise Mathieu Chloé".split(" "),
      es: "José María Carlos Ana Javier Lucía Miguel Sofía Alejandro Raquel".split(" "),
      pl: "Piotr Anna Krzysztof Małgorzata Tomasz Agnieszka Paweł Łukasz Ewa".split(" "),
      it: "Giuseppe Maria Giovanni Francesca Lorenzo Chiara Matteo Giulia".split(" "),
      nordic: "Lars Ingrid Mikael Astrid Juha Aino Erik Freja".split(" "),
      in: "Rahul Priya Amit Neha Rajesh Anjali Vijay Kavya".split(" "),
    },
    family: {
      en: "Smith Johnson Williams Brown Jones Miller Davis Wilson Taylor Clark Lewis Walker".split(" "),
      de: "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann".split(" "),
      fr: "Martin Bernard Dubois Petit Moreau Lefebvre Leroy Roux Fournier Lambert".split(" "),
      es: "García Fernández González Rodríguez López Martínez Sánchez Pérez Gómez".split(" "),
      pl: "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński".split(" "),
      it: "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci".split(" "),
      nordic: "Hansen Johansson Andersson Virtanen Korhonen Nielsen Larsen Berg".split(" "),
      in: "Sharma Gupta Patel Singh Kumar Reddy Iyer Joshi".split(" "),
    },
    streets: {
      en: "Main Street|Oak Avenue|High Street|Church Road|Maple Drive|Park Lane".split("|"),
      de: "Hauptstraße|Bahnhofstr.|Goethestraße|Lindenweg|Marktplatz|Schillerallee".split("|"),
      fr: "rue de la Paix|avenue Victor Hugo|boulevard Voltaire|chemin des Vignes".split("|"),
      es: "Calle Mayor|Avenida de América|Plaza de España|Paseo del Prado".split("|"),
      pl: "ul. Długa|ul. Mickiewicza|al. Jerozolimskie|pl. Wolności".split("|"),
      it: "Via Roma|Piazza Garibaldi|Corso Italia|Viale Europa".split("|"),
      nordic: "Storgatan|Kongens gate|Mannerheimintie|Vestergade".split("|"),
      in: "MG Road|Park Street|Linking Road|Church Street".split("|"),
    },
    towns: "Springfield Berlin Lyon Madrid Warszawa Milano Oslo Pune Leeds Boston".split(" "),
  },
  heldOut: {
    given: {
      en: "Nigel Beverley Clive Imogen Rupert Tamsin Darryl Kayleigh Brandon Shaniqua Wyatt Harper Jayden Aisling".split(" "),
      de: "Hildegard Gottfried Mandy Ronny Marvin Svenja Torben Frauke Ansgar Wiebke Ulf Gesine".split(" "),
      fr: "Thibault Océane Loïc Maëlle Bastien Solène Yann Capucine Rémi Inès".split(" "),
      es: "Iker Nerea Gonzalo Macarena Joaquín Itziar Rodrigo Aitana Emilio Rosario".split(" "),
      pl: "Zbigniew Grażyna Wojciech Jadwiga Mirosław Bożena Kacper Oliwia".split(" "),
      it: "Gennaro Ornella Pasquale Concetta Tommaso Ginevra Edoardo Ludovica".split(" "),
      nordic: "Torbjørn Sigrid Gunnar Solveig Pekka Marjatta Øystein Tuuli".split(" "),
      in: "Harpreet Manisha Sunita Arvind Deepika Prakash Swati Karthik".split(" "),
    },
    family: {
      en: "Featherstone Okonedo Blackwood Hargreaves Whitaker Pemberton Callahan Boudreaux Winslow Ashworth".split(" "),
      de: "Obermaier Kleinschmidt Brinkmann Pfeiffer Dietrich Sommerfeld Rademacher Vogt Kühn Jäger".split(" "),
      fr: "Chevalier Girard Lemoine Perrin Bourgeois Gauthier Barbier Delacroix".split(" "),
      es: "Ibáñez Cabrera Zubiri Montoya Pascual Salgado Bustamante Echeverría".split(" "),
      pl: "Grabowski Pawlak Sikora Chmielewska Ostrowski Jabłońska Wróbel Maciejewski".split(" "),
      it: "Santoro Caruso Rinaldi Barbieri Pellegrini Palumbo De Angelis Mancini".split(" "),
      nordic: "Haugen Lindqvist Salonen Kristiansen Åkesson Laine Bakke Sjöberg".split(" "),
      in: "Chatterjee Kulkarni Banerjee Deshmukh Pillai Chowdhury Bhatt Menon".split(" "),
    },
    streets: {
      en: "Willow Crescent|Sunset Blvd|Station Approach|Elm Court|Kings Terrace|Riverside Way".split("|"),
      de: "Am Mühlbach|Rosengasse|Kirchweg|Elbchaussee|Kaiserdamm|Neuer Wall".split("|"),
      fr: "quai des Célestins|impasse du Moulin|place Bellecour|rue Saint-Honoré".split("|"),
      es: "Carrer de Balmes|Camino Real|C/ Alcalá|Ronda de Atocha".split("|"),
      pl: "os. Słoneczne|ul. Piłsudskiego|ul. 3 Maja|Rynek Główny".split("|"),
      it: "Vicolo Stretto|Largo Argentina|Via dei Mille|Lungarno Corsini".split("|"),
      nordic: "Drottninggatan|Karl Johans gate|Aleksanterinkatu|Nørrebrogade".split("|"),
      in: "Brigade Road|Anna Salai|Ring Road|Nehru Marg".split("|"),
    },
    towns: "Sheffield Dresden Rennes Bilbao Gdynia Bari Tampere Kochi Hull Tulsa".split(" "),
  },
} as const;

export type Half = keyof typeof WORDS;
export type Locale = keyof (typeof WORDS)["tuning"]["given"];

/** Texts of every other meaning, by what they are. */
export const OTHER_TEXTS = {
  product:
    "Blue widget|Rose vase|Austin chair|Mark IV pen|Grace lamp|Steel bolt M8|Jordan sneakers|Garden hose|Paris bistro table|USB cable|Sofia sofa|Madison desk|Denver jacket|Tea cup|Frank burger".split(
      "|",
    ),
  country: "Jordan Chad Georgia Germany France Poland Brazil India Japan Kenya Mexico Norway Peru Spain Sudan".split(" "),
  city: "Paris Florence Sydney Austin Charlotte Jackson Houston Madison Vienna Lima Oslo Victoria Adelaide Regina Santiago Lincoln Denver Boston Milan Verona".split(
    " ",
  ),
  company:
    "Johnson & Sons|Müller GmbH|Smith Partners LLP Group|Baker Holdings Ltd|Acme Corp|Miller Motors|Fischer AG|Santos SA|Globex Corporation|Initech Inc".split(
      "|",
    ),
  status: "active pending closed cancelled shipped returned".split(" "),
  month: "January February March April May June July August September October November December".split(" "),
  colour: "red green blue violet scarlet amber rose olive hazel ruby".split(" "),
  sentence:
    "The parcel came late and the box was open|Please send the invoice again as the total was wrong|Works as it should, would buy it once more|No answer since last week, waiting for the part to arrive|The update of the firmware fixed the noise in the left channel".split(
      "|",
    ),
} as const;
