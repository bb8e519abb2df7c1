//! Seeded chance. Everything that is made up is a pure function of the seed and of what it is about, so that any
//! account can be made on its own and nothing has to be stored.

/// What a draw is about; keeps the draws of one number apart.
#[derive(Debug, Clone, Copy)]
pub(super) enum Topic {
    Names,
    People,
    Slots,
    Staff,
    Employment,
    Roster,
    Account,
    Key,
    Identifier,
}

/// The world's seed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seed(pub(super) u64);

impl Seed {
    /// 64 bits about `topic`, `group` (often a vendor) and `number`.
    pub(super) const fn bits(self, topic: Topic, group: u64, number: u64) -> u64 {
        mix(mix(mix(self.0 ^ mix(topic as u64)) ^ group) ^ number)
    }

    /// A generator for several draws about the same thing.
    pub(super) fn dice(self, topic: Topic, group: u64, number: u32) -> fastrand::Rng {
        fastrand::Rng::with_seed(self.bits(topic, group, u64::from(number)))
    }
}

/// The finaliser of splitmix64: a small change of the input changes about half of the output's bits.
const fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A seeded permutation of `0..size` that can be asked in both directions without a table: a Feistel network over
/// the next power of four, walked until it lands inside.
#[derive(Debug, Clone)]
pub(super) struct Permutation {
    size: u32,
    half_bits: u32,
    keys: [u64; 4],
}

impl Permutation {
    pub(super) fn new(size: u32, seed: u64) -> Self {
        let bits = u32::BITS - size.saturating_sub(1).leading_zeros();
        Self { size, half_bits: bits.div_ceil(2), keys: [1, 2, 3, 4].map(|round| mix(seed ^ mix(round))) }
    }

    /// Where `index` goes. An index outside stays where it is.
    pub(super) fn forward(&self, index: u32) -> u32 {
        self.walk(index, |left, right| {
            self.keys.iter().fold((left, right), |(left, right), key| (right, left ^ self.round(*key, right)))
        })
    }

    /// What went to `index`.
    pub(super) fn backward(&self, index: u32) -> u32 {
        self.walk(index, |left, right| {
            self.keys.iter().rev().fold((left, right), |(left, right), key| (right ^ self.round(*key, left), left))
        })
    }

    const fn round(&self, key: u64, half: u64) -> u64 {
        mix(key ^ half) & self.mask()
    }

    const fn mask(&self) -> u64 {
        (1 << self.half_bits) - 1
    }

    fn walk(&self, index: u32, network: impl Fn(u64, u64) -> (u64, u64)) -> u32 {
        let mut value = u64::from(index);
        if index >= self.size {
            return index;
        }
        loop {
            let (left, right) = network(value >> self.half_bits, value & self.mask());
            value = (left << self.half_bits) | right;
            match u32::try_from(value) {
                Ok(inside) if inside < self.size => return inside,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permutation_hits_everything_once_and_can_be_undone() {
        for size in [0, 1, 2, 3, 5, 64, 1000] {
            let permutation = Permutation::new(size, 7);
            let mut hit: Vec<u32> = (0..size).map(|index| permutation.forward(index)).collect();
            assert!((0..size).all(|index| permutation.backward(permutation.forward(index)) == index));
            hit.sort_unstable();
            assert_eq!(hit, (0..size).collect::<Vec<_>>());
        }
    }

    #[test]
    fn seeds_and_topics_are_kept_apart() {
        assert_ne!(Seed(1).bits(Topic::Names, 0, 0), Seed(2).bits(Topic::Names, 0, 0));
        assert_ne!(Seed(1).bits(Topic::Names, 0, 0), Seed(1).bits(Topic::People, 0, 0));
    }
}
