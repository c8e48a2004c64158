"""The words that made-up people and their wishes are called by."""

FIRST_NAMES = (
    *("Grace", "Olivia", "Noah", "Emma", "Liam", "Ava", "Mia", "Lucas", "Zoë", "Ethan"),
    *("Sofia", "Isla", "Maya", "Leo", "Nora", "Ivy", "Owen", "Ella", "José", "Ruby"),
    *("Aria", "Hugo", "Clara", "Felix", "Naomi", "Oscar", "Layla", "Jonah", "Priya", "Amir"),
    *("Hannah", "Diego", "Yuki", "Chloe", "Mateo", "Freya", "Omar", "Stella", "Kai", "Renée"),
    *("Violet", "Simon", "Tara", "Elena", "Marcus", "Willa", "Andre", "Paige", "Rosa", "Theo"),
)
LAST_NAMES = (
    *("Park", "Silva", "Nguyen", "Smith", "Garcia", "Brown", "Martin", "Lee", "Walker", "Young"),
    *("Allen", "King", "Wright", "Scott", "Torres", "Hill", "Green", "Adams", "Baker", "Nelson"),
    *("Rivera", "Campbell", "Mitchell", "Carter", "Roberts", "Turner", "Phillips", "Evans"),
    *("Parker", "Edwards", "Collins", "Stewart", "Morris", "Murphy", "Cook", "Rogers", "Morgan"),
    *("Cooper", "Reed", "Bailey", "Bell", "Gomez", "Kelly", "Howard", "Ward", "Cox", "Diaz"),
    *("Richardson", "Wood", "Watson", "Brooks", "Bennett", "Gray", "James", "Reyes", "Cruz"),
    *("Hughes", "Price", "Myers", "Long", "Foster", "Sanders", "Ross", "Morales", "Powell"),
    *("Sullivan", "Russell", "Ortiz", "Jenkins", "Gutiérrez", "Perry", "Butler", "Barnes"),
    *("Fisher", "O'Neil", "Henderson", "Coleman", "Simmons", "Patterson", "Jordan", "Reynolds"),
)
STAFF_NAMES = (
    *("Ada Lovell", "Ben Carver", "Cleo Marsh", "Dana Flint", "Eli Stone", "Fay Rhodes"),
    *("Gus Holt", "Hope Lane", "Ian Frost", "June Parr", "Kit Doyle", "Lena Voss"),
    *("Max Thorne", "Nell Hart", "Otis Pike", "Pia Lund", "Quinn Ash", "Rhea Cole"),
)
TAGS = (
    *("botox", "filler", "laser", "skin care", "newsletter", "consultation", "referral"),
    *("birthday club", "financing", "before photos", "no show", "high value"),
)
SOURCES = (
    *("Website form", "Google Ads", "Facebook", "Instagram", "Referral", "Walk-in"),
    *("Chat widget", "Phone call"),
)
TREATMENTS = (
    *("Botox", "Dermal filler", "Laser hair removal", "Chemical peel", "Microneedling"),
    *("Body contouring", "Hydrafacial", "Acne treatment"),
)
