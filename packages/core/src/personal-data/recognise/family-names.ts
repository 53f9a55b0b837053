/** Family names that are common somewhere, without accents. Our own selection over many countries; it needs to be typical, not complete. */
export const FAMILY_NAMES: ReadonlySet<string> = new Set(
  (
    "abdi adams adeyemi ahmed ali allen almeida alonso alvarez alves andersen anderson andersson andersen andrade araujo arslan aydin baker bailey bakker barbosa barnes batista bauer baumann becker bell bennett berg berger bernard " +
    "bertrand bianchi bonnet borges botha brandt braun brooks brown bruno butler campbell cardoso carlsson carter carvalho castillo castro celik chan chang chen cheng chavez choi christensen clark clarke collins cohen colombo conti cook cooper " +
    "costa cox cruz da davies davis dejong demir deluca diaz dias dimitrov dlamini dominguez dubois dupont durand edwards eriksson esposito evans farrell fernandes fernandez ferrari ferreira fischer fisher flores fontana foster fournier " +
    "fuchs fuentes fujita garcia garnier gallagher gallo gomes gomez gonzales gonzalez gonzalves graham gray green greco griffin gruber guerrero gunther gupta gustafsson gutierrez guzman haas hall hamalainen hansen hansson harris harrison " +
    "hartmann hassan hayes heikkinen henderson hermann hernandez herrera hill hoffmann hofer hofmann horvat horvath huang huber hughes hussain ibrahim ismail ivanov ivanova iyer jackson jain jankowski jansen janssen jansson jenkins jensen jimenez " +
    "johansen johansson johnson jones jonsson jorgensen joshi kaczmarek kamau kaminski kang kaplan karlsson kaur kaya keller kelly kennedy khan khumalo kim klein koch kobayashi koskinen kovac kovacs kovalenko kowalczyk kowalska kowalski kozlov kozlowski " +
    "kramer krause kruger kumar kuznetsov lambert lang lange larsen larsson lee lefebvre lefevre lehmann leroy lewandowska lewandowski lewis li liang lim lin lindberg lindstrom liu long lombardi lopes lopez lorenz ludwig lund ma maier makinen " +
    "marchetti mariani marino marques martin martinez martins mayer mazur mbeki mccarthy mcdonald mehta meier mendes mendez mendoza mensah mercier meyer michaud miller mitchell mkhize mohamed molina moore morales moreau morel moreno moretti morgan morris " +
    "mueller muller murphy murray mwangi myers nair nakamura naidoo nash navarro nel nelson neumann nguyen nielsen nieminen nilsson nkosi novak novakova nowak nowicki obrien oconnor okafor okeke okonkwo oliveira olsen olsson oneill ortega ortiz osei " +
    "otieno owens ozdemir ozturk pace parker park patel pavlov pedersen pereira perez perry persson petersen peterson petit petrov phillips pires popescu popov powell price quinn raghavan rahman ramirez ramos rao rasmussen reddy reed reis reyes " +
    "ribeiro ricci richard richards richardson richter rivera robert roberts robertson robinson rocha rodrigues rodriguez rogers rojas romano romero rossi roth rousseau roux ruiz russell russo ryan sahin saito salazar sanchez sanders santos sanchez sato " +
    "sauer schafer scherer schmid schmidt schmitt schmitz schneider scholz schroder schroeder schubert schulte schulz schulze schuster schwarz scott sen serrano sharma shah shevchenko silva simon simpson singh smith smirnov sokolov sorensen soto souza " +
    "steiner stein stewart suarez sullivan sun suzuki svensson svoboda szabo szymanski takahashi tan tanaka taylor thomas thompson thomsen torres toth tran turner vargas vasquez vega vidal virtanen vogel volkov wagner walker wallace walsh walter wang " +
    "ward watanabe watson weber weiss werner west white williams williamson wilson winkler winter wisniewska wisniewski wojcik wolf wolff wong wood woods wright wu xu yamada yamamoto yang yildirim yildiz yilmaz young yu zhang zhao zhou ziegler zimmermann zielinski zulu"
  ).split(" "),
);
