"""Words a statement may begin with: which are written small inside a sentence, which are names."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ALWAYS_SMALL = _words("""
    a about after again almost already although an another any anybody anyone around as at because
    before behind below between beyond both but by despite during each either even everybody
    everyone few for from half he her here his how if in inside it its just later less many more
    most much nearly neither never no nobody none nothing now of on once only other our out over
    part she since so some somebody someone something soon still such that the their then there
    these they this those though through to today tomorrow tonight under until up we were what
    when where whether which while who why with within without yesterday yet you your
    two three four five six seven eight nine ten eleven twelve dozens hundreds thousands millions
""")

# Small unless a name follows: "Police killed three", but "Police Scotland".
SMALL_NOUNS = _words("""
    aid aircraft all ambulances ammunition armoured army artillery attack attackers attacks
    authorities bodies bomb bombs border bridge bridges buildings burning cars casualties ceasefire
    children cities civilian civilians clashes clip clips cluster convoy convoys crowds cruise
    dead defence demonstrators doctors drone drones elections enemy evacuation every explosion
    explosions factories farmers fighters fighting figures fire firefighters fires first flooding
    floods food footage foreign fuel gas government grain groups gunfire gunmen heavy helicopters
    homes hospitals hostages houses images infantry inflation journalists last leaked losses mass
    men migrants military militants missile missiles mobile negotiations new newly officers
    officials oil old one opposition parents people pharmacies photographs photos pictures plans
    police power prices prisoners protesters protests rebels recent refugees reports rescuers
    residents riot rioters rockets ruling sanctions satellite schools security shelling ships shops
    shots smoke snipers soldiers strikes students supplies supporters survivors talks tanks
    teachers terrorists trains troops trucks unidentified units vaccines vehicles victims video
    videos villages volunteers voters votes warplanes warships water weapons wheat witnesses women
    workers wounded
""")

# Countries, capitals and peoples that statements often begin with.
NAMES = _words("""
    Afghanistan Algeria America American Americans Argentina Armenia Australia Austria Azerbaijan
    Bangladesh Beirut Belarus Belgium Berlin Brazil Britain British Brussels Bulgaria Cairo Canada
    Chile China Chinese Colombia Croatia Cuba Damascus Denmark Egypt England Estonia Ethiopia
    Europe European Europeans Finland France French Gaza Georgia German Germans Germany Greece
    Hamas Hezbollah Hungary India Indian Indonesia Iran Iranian Iranians Iraq Ireland Israel
    Israeli Israelis Italy Japan Jerusalem Jordan Kabul Kazakhstan Kenya Korea Kosovo Kyiv Latvia
    Lebanon Libya Lithuania London Mali Mexico Moldova Morocco Moscow Myanmar Netherlands Nigeria
    Norway Pakistan Palestinian Palestinians Paris Poland Polish Portugal Qatar Romania Russia
    Russian Russians Scotland Serbia Slovakia Somalia Spain Sudan Sweden Switzerland Syria Syrian
    Taiwan Tehran Tripoli Tunisia Turkey Türkiye Ukraine Ukrainian Ukrainians Venezuela Vietnam
    Warsaw Washington Yemen Zimbabwe
""")
