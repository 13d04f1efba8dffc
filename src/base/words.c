/* SPDX-License-Identifier: Apache-2.0 */
#include "base/words.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

/* clang-format off */
static const char even[256][10] = {
	"aardvark", "absurd", "accrue", "acme", "adrift", "adult", "afflict",
	"ahead", "aimless", "Algol", "allow", "alone", "ammo", "ancient",
	"apple", "artist", "assume", "Athens", "atlas", "Aztec", "baboon",
	"backfield", "backward", "banjo", "beaming", "bedlamp", "beehive",
	"beeswax", "befriend", "Belfast", "berserk", "billiard", "bison",
	"blackjack", "blockade", "blowtorch", "bluebird", "bombast",
	"bookshelf", "brackish", "breadline", "breakup", "brickyard",
	"briefcase", "Burbank", "button", "buzzard", "cement", "chairlift",
	"chatter", "checkup", "chisel", "choking", "chopper", "Christmas",
	"clamshell", "classic", "classroom", "cleanup", "clockwork", "cobra",
	"commence", "concert", "cowbell", "crackdown", "cranky", "crowfoot",
	"crucial", "crumpled", "crusade", "cubic", "dashboard", "deadbolt",
	"deckhand", "dogsled", "dragnet", "drainage", "dreadful", "drifter",
	"dropper", "drumbeat", "drunken", "Dupont", "dwelling", "eating",
	"edict", "egghead", "eightball", "endorse", "endow", "enlist", "erase",
	"escape", "exceed", "eyeglass", "eyetooth", "facial", "fallout",
	"flagpole", "flatfoot", "flytrap", "fracture", "framework", "freedom",
	"frighten", "gazelle", "Geiger", "glitter", "glucose", "goggles",
	"goldfish", "gremlin", "guidance", "hamlet", "highchair", "hockey",
	"indoors", "indulge", "inverse", "involve", "island", "jawbone",
	"keyboard", "kickoff", "kiwi", "klaxon", "locale", "lockup", "merit",
	"minnow", "miser", "Mohawk", "mural", "music", "necklace", "Neptune",
	"newborn", "nightbird", "Oakland", "obtuse", "offload", "optic", "orca",
	"payday", "peachy", "pheasant", "physique", "playhouse", "Pluto",
	"preclude", "prefer", "preshrunk", "printer", "prowler", "pupil",
	"puppy", "python", "quadrant", "quiver", "quota", "ragtime", "ratchet",
	"rebirth", "reform", "regain", "reindeer", "rematch", "repay",
	"retouch", "revenge", "reward", "rhythm", "ribcage", "ringbolt",
	"robust", "rocker", "ruffled", "sailboat", "sawdust", "scallion",
	"scenic", "scorecard", "Scotland", "seabird", "select", "sentence",
	"shadow", "shamrock", "showgirl", "skullcap", "skydive", "slingshot",
	"slowdown", "snapline", "snapshot", "snowcap", "snowslide", "solo",
	"southward", "soybean", "spaniel", "spearhead", "spellbind", "spheroid",
	"spigot", "spindle", "spyglass", "stagehand", "stagnate", "stairway",
	"standard", "stapler", "steamship", "sterling", "stockman", "stopwatch",
	"stormy", "sugar", "surmount", "suspense", "sweatband", "swelter",
	"tactics", "talon", "tapeworm", "tempest", "tiger", "tissue", "tonic",
	"topmost", "tracker", "transit", "trauma", "treadmill", "Trojan",
	"trouble", "tumor", "tunnel", "tycoon", "uncut", "unearth", "unwind",
	"uproot", "upset", "upshot", "vapor", "village", "virus", "Vulcan",
	"waffle", "wallet", "watchword", "wayside", "willow", "woodlark",
	"Zulu",
};

static const char odd[256][12] = {
	"adroitness", "adviser", "aftermath", "aggregate", "alkali", "almighty",
	"amulet", "amusement", "antenna", "applicant", "Apollo", "armistice",
	"article", "asteroid", "Atlantic", "atmosphere", "autopsy", "Babylon",
	"backwater", "barbecue", "belowground", "bifocals", "bodyguard",
	"bookseller", "borderline", "bottomless", "Bradbury", "bravado",
	"Brazilian", "breakaway", "Burlington", "businessman", "butterfat",
	"Camelot", "candidate", "cannonball", "Capricorn", "caravan",
	"caretaker", "celebrate", "cellulose", "certify", "chambermaid",
	"Cherokee", "Chicago", "clergyman", "coherence", "combustion",
	"commando", "company", "component", "concurrent", "confidence",
	"conformist", "congregate", "consensus", "consulting", "corporate",
	"corrosion", "councilman", "crossover", "crucifix", "cumbersome",
	"customer", "Dakota", "decadence", "December", "decimal", "designing",
	"detector", "detergent", "determine", "dictator", "dinosaur",
	"direction", "disable", "disbelief", "disruptive", "distortion",
	"document", "embezzle", "enchanting", "enrollment", "enterprise",
	"equation", "equipment", "escapade", "Eskimo", "everyday", "examine",
	"existence", "exodus", "fascinate", "filament", "finicky", "forever",
	"fortitude", "frequency", "gadgetry", "Galveston", "getaway",
	"glossary", "gossamer", "graduate", "gravity", "guitarist", "hamburger",
	"Hamilton", "handiwork", "hazardous", "headwaters", "hemisphere",
	"hesitate", "hideaway", "holiness", "hurricane", "hydraulic",
	"impartial", "impetus", "inception", "indigo", "inertia", "infancy",
	"inferno", "informant", "insincere", "insurgent", "integrate",
	"intention", "inventive", "Istanbul", "Jamaica", "Jupiter", "leprosy",
	"letterhead", "liberty", "maritime", "matchmaker", "maverick", "Medusa",
	"megaton", "microscope", "microwave", "midsummer", "millionaire",
	"miracle", "misnomer", "molasses", "molecule", "Montana", "monument",
	"mosquito", "narrative", "nebula", "newsletter", "Norwegian", "October",
	"Ohio", "onlooker", "opulent", "Orlando", "outfielder", "Pacific",
	"pandemic", "Pandora", "paperweight", "paragon", "paragraph",
	"paramount", "passenger", "pedigree", "Pegasus", "penetrate",
	"perceptive", "performance", "pharmacy", "phonetic", "photograph",
	"pioneer", "pocketful", "politeness", "positive", "potato", "processor",
	"provincial", "proximate", "puberty", "publisher", "pyramid",
	"quantity", "racketeer", "rebellion", "recipe", "recover", "repellent",
	"replica", "reproduce", "resistor", "responsive", "retraction",
	"retrieval", "retrospect", "revenue", "revival", "revolver",
	"sandalwood", "sardonic", "Saturday", "savagery", "scavenger",
	"sensation", "sociable", "souvenir", "specialist", "speculate",
	"stethoscope", "stupendous", "supportive", "surrender", "suspicious",
	"sympathy", "tambourine", "telephone", "therapist", "tobacco",
	"tolerance", "tomorrow", "torpedo", "tradition", "travesty",
	"trombonist", "truncated", "typewriter", "ultimate", "undaunted",
	"underfoot", "unicorn", "unify", "universe", "unravel", "upcoming",
	"vacancy", "vagabond", "vertigo", "Virginia", "visitor", "vocalist",
	"voyager", "warranty", "Waterloo", "whimsical", "Wichita", "Wilmington",
	"Wyoming", "yesteryear", "Yucatan",
};
/* clang-format on */

const char *
ca_word(uint8_t byte, size_t position)
{
	return position % 2 == 0 ? even[byte] : odd[byte];
}

#define SEPARATORS " \t\r\n,-"

/* The octet that the LEN characters at WORD stand for at POSITION. */
static bool
find(const char *word, size_t len, size_t position, uint8_t *ret)
{
	for (unsigned i = 0; i <= UINT8_MAX; i++) {
		const char *candidate = ca_word((uint8_t)i, position);

		if (strlen(candidate) != len ||
		    strncasecmp(candidate, word, len) != 0)
			continue;
		*ret = (uint8_t)i;
		return true;
	}
	return false;
}

static enum ca_code
fail_word(const char *word, size_t len, size_t position, struct ca_error *err)
{
	uint8_t ignored;

	if (find(word, len, position + 1, &ignored))
		return ca_fail(err, CA_ERR_INPUT,
		    "word %zu, `%.*s`: has another place: one before it is missing, or said twice",
		    position + 1, (int)len, word);
	return ca_fail(err, CA_ERR_INPUT,
	    "word %zu, `%.*s`: is not in the list", position + 1,
	    len > CA_WORD_MAX ? CA_WORD_MAX : (int)len, word);
}

static enum ca_code
parse_words(const char *text, uint8_t *ret, size_t max, size_t *ret_len,
    struct ca_error *err)
{
	size_t count = 0;

	for (text += strspn(text, SEPARATORS); *text != '\0';
	     text += strspn(text, SEPARATORS)) {
		size_t len = strcspn(text, SEPARATORS);

		if (count == max)
			return ca_fail(err, CA_ERR_INPUT, "more than %zu words",
			    max);
		if (!find(text, len, count, &ret[count]))
			return fail_word(text, len, count, err);
		count++;
		text += len;
	}
	if (count == 0)
		return ca_fail(err, CA_ERR_INPUT, "no words");
	*ret_len = count;
	return CA_OK;
}

enum ca_code
ca_words_parse(const char *text, uint8_t *ret, size_t max, size_t *ret_len,
    struct ca_error *err)
{
	size_t digits = strlen(text);

	if (digits == 0 || strspn(text, "0123456789abcdefABCDEF") != digits)
		return parse_words(text, ret, max, ret_len, err);
	if (digits % 2 != 0 || digits > 2 * max)
		return ca_fail(err, CA_ERR_INPUT,
		    "an even number of hex digits, up to %zu, is needed",
		    2 * max);
	*ret_len = digits / 2;
	return ca_hex_parse(text, ret, digits / 2, err);
}
