"""French first and last names, and classes, for the families of the demo town. Any likeness is chance."""

FIRST_NAMES = (
    "Adam", "Agathe", "Alice", "Ambre", "Anaïs", "Arthur", "Axel", "Baptiste", "Camille", "Capucine", "Chloé", "Clara",
    "Clément", "Côme", "Élise", "Emma", "Enzo", "Éva", "Gabin", "Gabriel", "Hugo", "Inès", "Jade", "Jeanne", "Jules",
    "Juliette", "Léa", "Lina", "Léo", "Léonie", "Louis", "Louise", "Lucas", "Lucie", "Maël", "Malo", "Manon", "Margot",
    "Mathis", "Mila", "Naël", "Nathan", "Noah", "Noémie", "Oscar", "Paul", "Raphaël", "Romane", "Rose", "Salomé",
    "Sacha", "Simon", "Théo", "Tom", "Valentin", "Victor", "Yanis", "Zoé",
)  # fmt: skip
LAST_NAMES = (
    "ANDRÉ", "AUBERT", "BAILLY", "BARBIER", "BENOÎT", "BERGER", "BERNARD", "BERTRAND", "BLANC", "BONNET", "BOUCHER",
    "BOYER", "BRUN", "CARON", "CHEVALIER", "CLÉMENT", "COLIN", "DAVID", "DENIS", "DUBOIS", "DUFOUR", "DUMONT", "DUPONT",
    "DURAND", "FABRE", "FAURE", "FONTAINE", "FOURNIER", "FRANÇOIS", "GARCIA", "GARNIER", "GAUTHIER", "GIRARD",
    "GUÉRIN", "HENRY", "JOLY", "LAMBERT", "LAURENT", "LECLERC", "LEFÈVRE", "LEGRAND", "LEMAIRE", "LEROY", "LUCAS",
    "MARCHAND", "MARTINEZ", "MASSON", "MATHIEU", "MERCIER", "MEYER", "MOREAU", "MOREL", "MULLER", "NICOLAS", "NOËL",
    "PERRIN", "PETIT", "PICARD", "RENARD", "RICHARD", "RIVIÈRE", "ROBERT", "ROUSSEAU", "ROUX", "SIMON", "VIDAL",
)  # fmt: skip
CLASSES = (
    "01-Mme Claire AUBRY", "02-M. Karim BENALI", "03-Mme Sophie CARLIER", "04-M. Luc DELMAS", "05-Mme Nadia FERHAT",
    "06-Mme Anne GILBERT", "07-M. Paul HAMEL", "08-Mme Rosa IBANEZ", "09-M. Yves JACQUET", "10-Mme Béatrice ESCO",
)  # fmt: skip
