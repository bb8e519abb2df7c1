//! Made-up people: names of several languages, and the handle that each gives in an address.

use unicode_normalization::UnicodeNormalization;

/// Names that go together. An entry is `Name` or `Name=handle` where the handle can't be had by dropping accents.
struct Culture {
    /// Twelve, like the family names.
    given: &'static str,
    family: &'static str,
    /// Written with the family name first.
    family_first: bool,
}

/// How many different names there are.
pub(super) const COMBINATIONS: u32 = 14 * 12 * 12;

/// A person's name as people write it, and its two parts in plain Latin letters.
pub(super) struct Name {
    pub(super) full: String,
    pub(super) given: String,
    pub(super) family: String,
}

/// The name with this number; numbers repeat after [`COMBINATIONS`].
pub(super) fn name(number: u32) -> Name {
    let pick = |names: &'static str, at: u32| names.split_whitespace().nth(at as usize % 12).unwrap_or_default();
    let number = number % COMBINATIONS;
    let [first, ..] = &CULTURES;
    let culture = CULTURES.get(number as usize / 144).unwrap_or(first);
    let (given, given_handle) = written(pick(culture.given, number / 12));
    let (family, family_handle) = written(pick(culture.family, number));
    let full = if culture.family_first { format!("{family} {given}") } else { format!("{given} {family}") };
    Name { full, given: given_handle, family: family_handle }
}

/// The name and its handle: explicit, or the name without accents, spaces and apostrophes.
fn written(entry: &str) -> (&str, String) {
    entry.split_once('=').map_or_else(
        || (entry, entry.nfkd().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase()),
        |(name, handle)| (name, handle.to_owned()),
    )
}

static CULTURES: [Culture; 14] = [
    Culture {
        given: "Alice Ben Charlotte Daniel Emily Fergus Grace Harry Imogen Jack Lucy Owen",
        family: "Ashworth Bradley Carter Dawson Ellison Fletcher Graham Hughes Ingram Langley O'Connor Whitaker",
        family_first: false,
    },
    Culture {
        given: "Amélie Benoît Chloé Didier Éloïse François Gaëlle Hugo Inès Jérôme Léa Rémi",
        family: "Aubert Beauchamp Chevalier D'Aubigny Delacroix Faure \
            Gauthier Lefèvre Marchand Noël Prévost Vasseur",
        family_first: false,
    },
    Culture {
        given: "Anja Björn Christa Dieter Elke Günther Heike Jürgen Käthe Lutz Sören Ulrike",
        family: "Bäcker Dietrich Eichhorn Fröhlich Großmann=grossmann Hübner \
            Jäger Köhler Lindner Müller Schröder Weiß=weiss",
        family_first: false,
    },
    Culture {
        given: "Ángel Beatriz César Dolores Elena Fermín Inmaculada Joaquín Lucía Martín Nuria Tomás",
        family: "Álvarez Benítez Castaño Domínguez Echeverría Fernández García Ibáñez Muñoz Núñez Peña Vázquez",
        family_first: false,
    },
    Culture {
        given: "Agnieszka Bogdan Celina Dorota Elżbieta Filip \
            Grażyna Jarosław=jaroslaw Łukasz=lukasz Małgorzata=malgorzata Piotr Zofia",
        family: "Bąk Dąbrowski Gołębiewska=golebiewska Jabłoński=jablonski Kowalczyk Lewandowski \
            Mazurek Nowicki Pawłowska=pawlowska Sikora Wójcik Zieliński",
        family_first: false,
    },
    Culture {
        given: "Astrid Bjarne Cecilie Dag Eirik Frøya=froya Gunnar Håkon Ingrid Jørgen=jorgen Sølvi=solvi Åse",
        family: "Aasen Bakke Dahl Eide Fjeld Grønvold=gronvold \
            Haugen Knutsen Lindqvist Myhre Sørlie=sorlie Ødegård=odegard",
        family_first: false,
    },
    Culture {
        given: "Ayşe Burak Çağla Deniz Elif Fırat=firat Gül Hakan İpek=ipek Kerem Özlem Şule",
        family: "Akın=akin Bozkurt Çelik Doğan Erdoğdu Güneş \
            Kılıç=kilic Öztürk Polat Şahin Ünal Yıldırım=yildirim",
        family_first: false,
    },
    Culture {
        given: "Алёна=alena Борис=boris Вера=vera Галина=galina Дмитрий=dmitriy Евгения=evgeniya \
            Игорь=igor Ксения=kseniya Лев=lev Марина=marina Олег=oleg Юлия=yuliya",
        family: "Белозёр=belozer Воронько=voronko Гончар=gonchar Дубрава=dubrava Жук=zhuk Коваль=koval \
            Лисенко=lisenko Мельник=melnik Полищук=polishchuk Руденко=rudenko Ткач=tkach Шевчук=shevchuk",
        family_first: false,
    },
    Culture {
        given: "葵=aoi 大輔=daisuke 恵美=emi 文子=fumiko 春樹=haruki 樹=itsuki \
            花子=hanako 健太=kenta 真由=mayu 直樹=naoki 涼=ryo 優子=yuko",
        family: "青木=aoki 遠藤=endo 藤田=fujita 橋本=hashimoto 井上=inoue 加藤=kato \
            松本=matsumoto 中村=nakamura 岡田=okada 佐々木=sasaki 高橋=takahashi 山田=yamada",
        family_first: true,
    },
    Culture {
        given: "安=an 斌=bin 晨=chen 芳=fang 国强=guoqiang 慧=hui 建华=jianhua 丽=li 敏=min 强=qiang 婷=ting 雪=xue",
        family: "曹=cao 邓=deng 冯=feng 郭=guo 韩=han 蒋=jiang 梁=liang 马=ma 潘=pan 宋=song 许=xu 周=zhou",
        family_first: true,
    },
    Culture {
        given: "Ananya Bhavesh Chitra Deepak Esha Gaurav Harini Ishaan Kavya Manish Nandini Rohan",
        family: "Agarwal Bhatt Chaudhary Deshmukh Gopalan Iyer Joshi Kulkarni Menon Patil Raghavan Trivedi",
        family_first: false,
    },
    Culture {
        given: "Amina Basim Dalia Faris Huda Idris Jamila Karim Layla Munir Nadia Samir",
        family: "Abbas Barakat Darwish Farhat Haddad Jabir Khoury Mansour Najjar Qasim Sabbagh Zaydan",
        family_first: false,
    },
    Culture {
        given: "Adaeze Babajide Chidi Ebele Folake Ifeoma Kwame Nneka Obinna Sẹ́gun Thandiwe Yetunde",
        family: "Abiodun Boateng Chukwu Dlamini Eze Khumalo Mensah Nwosu Okafor Ọláwálé Tembo Zulu",
        family_first: false,
    },
    Culture {
        given: "Anh Bảo Châu Dũng Hạnh Khánh Linh Mai Ngọc Phúc Thảo Vũ",
        family: "Bùi Đặng=dang Đỗ=do Dương Hồ Huỳnh Lê Ngô Nguyễn Phạm Trần Võ",
        family_first: true,
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_has_its_own_handle_in_plain_letters() {
        let handles: BTreeSet<String> =
            (0..COMBINATIONS).map(name).map(|name| format!("{}.{}", name.given, name.family)).collect();
        assert_eq!(handles.len(), COMBINATIONS as usize);
        assert!(handles.iter().all(|handle| handle.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'.')));
    }

    #[test]
    fn accents_and_apostrophes_leave_the_handle_but_not_the_name() {
        let connor = (0..COMBINATIONS).map(name).find(|name| name.full == "Alice O'Connor").unwrap();
        assert_eq!((connor.given.as_str(), connor.family.as_str()), ("alice", "oconnor"));
        assert!((0..COMBINATIONS).map(name).any(|name| name.full == "山田 花子" && name.given == "hanako"));
    }
}
