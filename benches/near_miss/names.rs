//! Names as they are spread among people: a few that many have, and a long tail that few have, of which many are alike.
//! First names and family names of eight regions, the commonest first.
//!
//! The English names are spread as in the census of the United States of 1990 (in brackets): of a thousand pairs of people,
//! 1.0 have the same family name (1.1) and 3.6 the same first name (3.5), 0.5 (0.3) and 1.0 (1.3) have one that differs by one
//! letter, and 4.3 (4.4) first names that are used for one another; of a hundred people, 25 have one of the hundred commonest
//! family names (24), and of 20,000, 20 in a hundred have one that nobody else of them has (21). Rare first names are too many: 15
//! to 18 in a hundred have one that nobody else has (5).

use std::ops::Range;

use fastrand::Rng;

/// Where somebody's name comes from.
pub(crate) struct Region {
    /// How many of a hundred people are from here.
    people: u32,
    /// How many of a hundred people have one of these family names.
    common: u8,
    given: &'static str,
    family: &'static str,
    /// Rare family names are made of one of each.
    starts: &'static str,
    ends: &'static str,
}

pub(crate) const REGIONS: [Region; 8] = [
    Region {
        people: 44,
        common: 22,
        given: "James Michael John David Robert Mary Jennifer William Sarah Emily Daniel Thomas Jessica Matthew Elizabeth \
                Christopher Andrew Joshua Emma Linda Joseph Laura Amanda Ryan Nicholas Rebecca Anthony Karen Benjamin Samuel \
                Stephanie Nicole Katherine Kevin Brian Steven Rachel Alexander Jack Olivia Charlotte Sophie Grace Hannah \
                Timothy Edward Patrick Megan Victoria Lauren Gregory Susan Margaret Patricia Barbara Deborah Donna Ashley \
                Tyler Zachary Jacob Ethan Nathan Lucas Adam Aaron Peter Paul Mark Scott Jason Jeffrey Kenneth George Henry \
                Oliver Harry Charlie Isabella Amelia Chloe Lucy Ella Mia Zoe Claire Alice Helen Frances Ruth Judith Martin \
                Simon Graham Stuart Colin Keith Derek Trevor Nigel Malcolm Douglas Angus Fiona Heather Kirsty Shannon \
                Caitlin Erin Kelly Tracy Wendy Sandra Theresa Cynthia Dorothy Vincent Raymond Lawrence Jerome Walter \
                Frederick Leonard Albert Philip Roger Ronald Donald Harold Eugene Theodore Abigail Madison Jasmine Alyssa \
                Brandon Dylan Logan Connor Liam Kyle Kylie Jordan Cameron Blake Lachlan Jamie Alana Georgia Imogen",
        family: "Smith Johnson Williams Brown Jones Davis Miller Wilson Taylor Clark Thompson White Anderson Walker Harris \
                 Martin Robinson Wright Hall Lewis Young King Green Baker Adams Campbell Mitchell Roberts Carter Phillips \
                 Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers Morgan Cooper Reed Bailey Bell Kelly \
                 Howard Ward Cox Richardson Wood Watson Brooks Bennett Gray Hughes Price Myers Long Foster Ross Powell Jenkins \
                 Perry Russell Sullivan Fisher Henderson Cole Patterson Jordan Reynolds Hamilton Graham Wallace West Hayes \
                 Gibson Ellis Stevens Murray Ford Marshall Owens McDonald Harrison Kennedy Wells Webb Simpson Stone Burns \
                 Hunt Black Holmes Palmer Mills Nichols Grant Knight Ferguson Rose Hawkins Dunn Perkins Hudson Spencer \
                 Gardner Payne Pierce Berry Matthews Willis Ray Watkins Carpenter Lawrence Elliott Chambers Barker Nolan \
                 Walsh Byrne Ryan O'Brien O'Connor Doyle McCarthy Gallagher Fraser MacLeod Clarke Cameron Nguyen Lee",
        starts: "Ash Black Brad Brook Burn Chad Clif Cran Dal Dun East Ed El Fair Gar Good Hal Ham Hart Hol Hor Kirk Lang Law \
                 Lin Mar Mel Mid New Nor Oak Pem Pres Red Rock Rush Sand Shef Stan Sud Sut Thorn Tun Wake Wal War Wash Whit \
                 Wid Win Wood Worth",
        ends: "am bell bourne bridge brook bury by cliffe combe cott dale den don field ford gate grave ham hurst ing ington \
               land ley lin low man mer more ney over ridge sey shaw ston ter thorpe ton tree ville wall ward well wick win \
               wood worth yard",
    },
    Region {
        people: 14,
        common: 13,
        given: "Thomas Michael Andreas Stefan Peter Klaus Wolfgang Jürgen Sabine Susanne Petra Monika Claudia Anna Julia \
                Katharina Christian Markus Martin Alexander Sebastian Florian Tobias Jan Lukas Felix Maximilian Jonas Lena \
                Laura Lisa Sarah Nicole Stefanie Andrea Birgit Ursula Ingrid Renate Helga Gisela Heike Ute Karin Manfred \
                Günter Horst Helmut Dieter Uwe Bernd Rainer Frank Jörg Ralf Matthias Dirk Torsten Holger Ulrich Hans Karl \
                Heinrich Friedrich Wilhelm Johannes Jakob Moritz Elisabeth Charlotte Sophie Greta Bärbel Björn Sören Anke",
        family: "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein \
                 Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier \
                 Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller \
                 Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann",
        starts: "Alt Bach Berg Birn Brand Buch Burg Dorn Eber Eichen Feld Frei Gold Grün Hagen Hasel Heid Hirsch Holz Kalten \
                 Kirch Klingen Krum Lind Mühl Neu Ober Reich Rosen Sand Schön Stein Stern Tann Unter Wald Weiden Wiesen Wind",
        ends: "au bach bauer baum beck berg berger brand burg dorf egger eisen er feld felder haus hof huber kamp maier mann \
               meyer müller rath stein tal thal wald weg wert",
    },
    Region {
        people: 10,
        common: 50,
        given: "María José Antonio Francisco Manuel Juan Carmen Ana Isabel Javier David Carlos Jesús Miguel Luis Pedro Rafael \
                Alejandro Daniel Fernando Pablo Laura Cristina Marta Elena Lucía Paula Sofía Sara Raquel Beatriz Rosa Pilar \
                Teresa Dolores Ángel Sergio Jorge Alberto Álvaro Diego Adrián Raúl Enrique Ramón Vicente Andrés Ignacio Jaime \
                Guadalupe Ricardo Eduardo Roberto Guillermo Gabriela Verónica Alejandra Daniela Valentina Inés Concepción",
        family: "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz \
                 Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano \
                 Blanco Molina Morales Suárez Ortega Delgado Castro Ortiz Rubio Marín Sanz Núñez Iglesias Medina Garrido \
                 Cortés Castillo Santos Lozano Guerrero Cano Prieto Méndez Cruz Flores Herrera Peña León Márquez Silva",
        starts: "Al Ar Bar Ben Cal Cam Car Cas Cor Es Fer Gal Gar Her Lar Mal Man Mar Mon Mor Nav Or Pal Par Pen Per Quin Ri \
                 Rod Sal San Ser Tor Val Var Ver Vi Zam",
        ends: "ada ado al ales án ano ares arro azo ejo ena ero eta ez iga illo ín ina ona ora osa ote oza uela uera ués",
    },
    Region {
        people: 7,
        common: 8,
        given: "Jean Marie Pierre Michel Philippe Nathalie Isabelle Sylvie Catherine Christophe Nicolas Stéphane Julien Camille \
                Thomas Antoine Guillaume Alexandre Sophie Céline Sandrine Valérie Véronique Laurent Olivier Frédéric François \
                Jacques Bernard Alain Patrick Éric Mathieu Maxime Benoît Émilie Aurélie Élodie Chloé Léa Manon Hélène Geneviève",
        family: "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia \
                 Bertrand Roux Vincent Fournier Morel Girard André Lefèvre Mercier Dupont Lambert Bonnet François Martinez \
                 Legrand Garnier Faure Rousseau Blanc Guérin Muller Henry Roussel Nicolas Perrin Morin Mathieu Clément Gauthier",
        starts: "Beau Bel Ber Bois Bon Bour Cha Char Cou Dela Des Du Fon Gai Gir Gran Gui La Le Mal Mar Mau Mon Pel Per Pom Re \
                 Ro Sau Ser Thi Val Ver Vil",
        ends: "bert bois bon bourg champ chet court croix din don fort gnac gny let lier lon mond mont nard neau net neuve rard \
               ron seau sier taine ville vier",
    },
    Region {
        people: 9,
        common: 13,
        given: "Александр Сергей Дмитрий Андрей Алексей Елена Ольга Наталья Екатерина Анна Татьяна Ирина Мария Светлана Юлия \
                Владимир Михаил Иван Евгений Николай Максим Павел Артём Денис Антон Игорь Олег Юрий Виктор Константин Анастасия \
                Дарья Ксения Полина Виктория Людмила Галина Надежда Валентина Вячеслав Владислав Станислав Григорий Пётр Фёдор",
        family: "Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев Лебедев \
                 Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров Зайцев Соловьёв Борисов \
                 Яковлев Григорьев Романов Воробьёв Сергеев Кузьмин Фролов Шевченко Бондаренко Ткаченко Кравченко Мельник",
        starts: "Бел Бог Бор Вар Вол Гал Глад Гол Гор Гри Дан Дол Жук Зим Кар Кир Ков Кол Кор Кос Крас Лав Лис Мал Мар Мед Мир \
                 Наз Ов Оси Пан Пир Плот Руд Сав Сам Сид Сол Тар Тим Тих Хар Чер Шап Ши Яр",
        ends: "аков анов арин евич енко енков еров ешин иков илов инов ицкий кин кович ников овский оненко онов ушкин чук шин юк",
    },
    Region {
        people: 4,
        common: 25,
        given: "Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim Fatma Ayşe Emine Hatice Zeynep Elif Meryem Murat Ömer Yusuf \
                Osman Emre Burak Can Deniz Özgür Gül Merve Esra Büşra Selin Ebru Serkan Kemal Süleyman Ramazan Halil",
        family: "Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç \
                 Kurt Özkan Şimşek Polat Korkmaz Çakır Erdoğan Yavuz Can Acar Aktaş Güneş Bozkurt Bulut Keskin Turan",
        starts: "Ak Al Altın Bay Boz Cin Dağ Demir Er Gök Gün Kara Kaya Kızıl Koca Öz Sarı Şen Taş Tek Top Ulu Uz Yağ Yel",
        ends: "ak alp arslan ay baş can çay dağ demir doğan er gül han kan kaya maz oğlu soy su taş tekin türk",
    },
    Region {
        people: 7,
        common: 45,
        given: "محمد أحمد Mohamed Ahmed Mohammed Ali Omar Fatima Aisha Khaled Hassan Hussein Mahmoud Youssef Ibrahim Mustafa \
                Karim Tariq Nadia Layla Samir Rachid Yasmin Amina Khadija Mariam Salma Zainab Bilal Hamza Walid Nabil Faisal \
                Saeed Abdullah Abdelrahman Noor Rania Hind Imane Sana Reza Mehdi Jamal",
        family: "Ali Hassan Ahmed Khan Mohamed Ibrahim Hussein Said Abbas Saleh Mansour Haddad Khalil Nasser Hamdan Aziz Bakr \
                 Farouk Rahman Hamid Malik Qureshi Sheikh Siddiqui Hashemi Karimi Rahimi Najafi Benali Bouzid Alaoui Idrissi",
        starts: "Abu Al Bel Ben Bou Chah Daw El Far Gha Ham Jab Kad Kha Mah Mas Naj Qas Ras Sab Sal Shar Tah Zay",
        ends: "abi adi ain ali ami ani aoui ari assi azi bani di fi hab houri idi imi ini iri ki laoui li mani mi ouri ri si ti",
    },
    Region {
        people: 5,
        common: 60,
        given: "Wei Ming Li Jun Yan Hui Yuki Takashi Hiroshi Kenji Akiko Priya Rahul Amit Sanjay Anjali Deepak Rajesh Sunita \
                Vijay Arjun Kavita Pooja Ravi Neha Ji-woo Min-jun Seo-yeon Thi Minh Anh Linh Huong Siti Nur Putri Kwame Amara",
        family: "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Lin Kim Lee Park Choi Tanaka Suzuki Sato Yamamoto \
                 Singh Kumar Sharma Patel Gupta Reddy Rao Iyer Nair Das Mehta Shah Nguyen Tran Pham Le Okafor Mensah Diallo",
        starts: "Aka Bha Cha Dev Fuji Gan Hara Ishi Jay Kaji Kri Kuri Maha Matsu Mori Mura Naka Naga Oka Pra Raja Saka Sri Taka \
                 Uchi Ven Yama",
        ends: "bara chi da das dar gawa gi guchi hara jan kar kawa ki ma mi moto mura na nath ni no ram saki shima ta ti wal yan",
    },
];

impl Region {
    /// One of the places, by how many people are from there.
    pub(crate) fn any(rng: &mut Rng) -> &'static Self {
        let mut left = rng.u32(0..REGIONS.iter().map(|region| region.people).sum());
        for region in &REGIONS {
            if left < region.people {
                return region;
            }
            left -= region.people;
        }
        &REGIONS[0]
    }

    /// Half of the people have one of the common names, others what somebody of that name may be called.
    pub(crate) fn given(&self, rng: &mut Rng) -> String {
        match rng.u8(0..100) {
            0..50 => one_of(self.given, rng),
            50..70 => another(&one_of(self.given, rng), rng),
            _ => blend(self.given, 2..4, rng),
        }
    }

    pub(crate) fn family(&self, rng: &mut Rng) -> String {
        if rng.u8(0..100) < self.common {
            return one_of(self.family, rng);
        }
        let name =
            if rng.bool() { blend(self.family, 2..5, rng) } else { one_of(self.starts, rng) + &one_of(self.ends, rng) };
        match rng.u8(0..100) {
            0..3 => format!("{name}-{}", self.family(rng)),
            _ => name,
        }
    }
}

/// A name that people use for this one.
fn another(name: &str, rng: &mut Rng) -> String {
    const GROUPS: &str = include_str!("../../src/suggest/nicknames.txt");
    let plain = any_ascii::any_ascii(name).to_lowercase();
    let of_name = |group: &&str| group.split(' ').any(|one| one == plain);
    let groups: Vec<_> = GROUPS.lines().filter(of_name).collect();
    let Some(group) = rng.choice(groups) else { return name.to_owned() };
    let mut letters = rng.choice(group.split(' ').collect::<Vec<_>>()).unwrap().chars();
    letters.next().iter().flat_map(|first| first.to_uppercase()).chain(letters).collect()
}

/// A rare name, which is like two common ones.
fn blend(names: &str, end: Range<usize>, rng: &mut Rng) -> String {
    let (one, other) = (one_of(names, rng), one_of(names, rng).to_lowercase());
    let end = other.chars().count().saturating_sub(rng.usize(end));
    one.chars().take(3).chain(other.chars().skip(end)).collect()
}

/// The commonest is as common as the second and the third together, and so on.
fn one_of(names: &str, rng: &mut Rng) -> String {
    let names: Vec<_> = names.split_whitespace().collect();
    let most = rng.usize(0..names.len());
    names[rng.usize(0..=most)].to_owned()
}
