/** Given names that are common somewhere, without accents. Our own selection over many countries; it needs to be typical, not complete. */
export const GIVEN_NAMES: ReadonlySet<string> = new Set(
  (
    "zbigniew wojciech jadwiga grazyna miroslaw bozena halina stanislawa henryk ryszard leszek marek darek slawomir gunnar sigrid knut torbjorn solveig gunilla birgitta lennart pekka matti jari marjatta seppo " +
    "rosario emilio gonzalo joaquin montserrat pilar consuelo salvador esteban lorena marisol ximena thiago luiz raimundo francisca aparecida vitoria otavio gennaro pasquale ornella concetta tommaso edoardo raffaele massimo " +
    "thibault bastien remi ines oceane maelle yann loic benoit arnaud cedric fabrice gaelle hildegard gottfried irmgard waltraud gisela horst gunther jochen rainer rudiger detlef nigel clive beverley rupert imogen darryl brandon " +
    "wyatt harper jayden mason logan aiden brooklyn savannah trinity harpreet gurpreet manisha sunita arvind deepika prakash swati karthik lalita mahesh ramesh savita usha abu fatuma wanjiku achieng tunde folake " +
    "aaron abdul abdullah abigail adam adriana adrian agnes agnieszka ahmad ahmed aino aisha akira alan albert aleksander aleksandra alejandro alejandra alex alexander alexandra alexei alexis alfred " +
    "alice alicia alina amanda amelia amina amir amit amy ana anastasia anders andrea andreas andrei andres andrew andrzej angela angelo anil anita anja anjali ann anna anne annika anthony anton antonia antonio " +
    "aoife archie arjun arthur ashley astrid aurora ava ayse barbara bartosz beatrice beatriz ben benjamin bernard bernd bianca bjorn bo brandon brenda brian bruno caitlin camila camille carla carlo carlos carmen carol " +
    "carolina caroline catherine cecilia charles charlotte chen chiara chloe chris christian christina christine christopher ciaran clara claire claude claudia colin conor craig cristina cynthia dagmar damian daniel daniela " +
    "daniele danielle dario darren dave david deborah deepak denis denise dennis diana diego dieter dimitri dirk dmitri dominik donald donna dorota dorothy douglas dylan edith eduardo edward eero eileen elena eleni elias " +
    "elif elisa elizabeth ella elena ellen elsa emil emilia emily emma emmanuel enrico eric erica erik erika erin ernst esther ethan eugene eva evelyn ewa fabian fatima federica federico felipe felix fernanda fernando " +
    "filip fiona florian frances francesca francesco francisco franck frank franz fred frederic freya friedrich fritz gabriel gabriela gabriele gary george georg georgios gerald gerard gerhard giovanni giulia giuseppe gloria " +
    "grace graham greta gregory grzegorz guillaume gustav hana hanna hannah hans harald harold harry hasan hassan heather heidi heike heinrich helen helena helga helmut henri henrik henry hiroshi hugo hussein ian ibrahim " +
    "ida ignacio igor ines inga ingrid irene irina iris isabel isabella isabelle isla ivan ivana jack jacob jacqueline jaime jakub james jan jana jane janet janine jared jasmine jason javier jean jeff jeffrey jennifer jens " +
    "jeremy jerome jerzy jesper jesse jessica jesus jill jim jin joan joana joanna joao joe joel johan johann johanna johannes john jon jonas jonathan jorge jose josef josefina joseph joshua josh juan juana judith juha julia " +
    "julian juliana julie julien jun jurgen justin justyna jyoti kaisa kamil karen karin karl karla karolina kasper katarina katarzyna kate katherine kathleen katja kavya keith kelly kemal kenji kenneth kenta kerstin kevin khadija " +
    "khalid kim kimberly kirsten klaus krzysztof kumar kurt kyle lakshmi lars laura lauren laurence laurent lea leila lena leo leon leonardo leonie leticia liam lina linda lisa liv lorenzo louis louise luc luca lucas lucia " +
    "luciana lucie lucy luis luisa luke lukas lukasz lydia maciej madison magdalena mai maja malgorzata manfred manuel manuela marc marcel marcela marcin marco marcos marcus mareike margaret margarita maria mariam mariana marie " +
    "marija mario marion mark markus marta martha martin martina mary mateo mateusz mathieu mathilde matteo matthew matthias mats maurizio max maximilian maya megan mehmet mei melanie melissa mercedes mia michael michaela michal " +
    "michel michele michelle miguel mika mikael mikhail mila milan ming miriam mohamed mohammad mohammed monica monika monique mustafa nadia nadine nancy naomi natalia natalie natasha nathan neha nicholas nick nicola nicolas nicole " +
    "nikita nikola nikolai nils nina noah noor nora norbert oksana ola ole oleg olga oliver olivia olivier omar oscar oskar osman otto owen pablo pamela paola paolo park pascal patricia patrick patrik patryk paul paula paulina " +
    "pavel pedro peggy petra per pete peter petr philip philipp philippe pia pierre piotr polly priya rachel rafael rahul raj rajesh ralf ralph ramon raquel rashid raul ravi raymond rebecca regina renata rene ricardo richard rita " +
    "robert roberta roberto robin rodrigo roger roland roman ronald rosa rose roxanne ruben rudolf ruth ryan sabine saeed sakura sally salma salvatore sam samantha samir samuel sandra sandrine sandeep sanjay santiago sara sarah " +
    "sean sebastian sergei sergio shannon sharon shirley siegfried signe silvia simon simone sinead siobhan sofia sofie sonia sonja sophia sophie stanislaw stefan stefania stefanie stella stephan stephanie stephen steve steven " +
    "stuart sunil susan susana susanne suresh svetlana sven svenja sylvia sylvie takashi tamara tania tanja tanya tara tatiana taylor teresa thabo theo theodor theresa therese thierry thomas tim timo timothy tina tobias tom tomas " +
    "tomasz tony torsten toshiro trevor tyler ulrich ulrike ursula ute uwe valentina valerie vanessa vera veronica veronika vicente victor victoria vijay viktor vincent vincenzo virginia vivian vladimir walter wei wendy werner " +
    "wiktoria wilhelm william willem wolfgang xavier xin yan yannick yasmin yosef yuki yuri yusuf yves yvonne zainab zara zeynep zhang zofia zoe zuzana lindiwe sipho nomsa ngozi chinedu emeka adaeze oluwaseun kwame ama kofi"
  ).split(" "),
);
