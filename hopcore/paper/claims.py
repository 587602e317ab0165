"""What the paper says, statement by statement, in this book's words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """One statement of the paper that a chapter answers with a measurement."""

    id: str
    figure: str
    statement: str


_STATEMENTS = (
    ("F1", "1", "At n = 3 a memory mixes many images, with small coefficients of both signs. At n = 30 and "
     "T_r = 0.85 a few images of one digit dominate it, and one of its labels is +1."),
    ("F2", "2A", "The largest coefficient of a memory, averaged over the memories, stays small at low n and "
     "rises from a threshold in n that depends on T_r."),
    ("F3", "2A", "The number of images needed to rebuild a memory falls about linearly in n to a low plateau "
     "at T_r = 0.57 and 0.83; at 0.96 there is an intermediate plateau of 50 to 100 images."),
    ("F4", "2B", "On the map of MNIST the memories spread over the digits' clusters at high n; at lower n "
     "and high T_r they sit near the centres of the clusters."),
    ("F5", "1", "In a feature, labels are typically +1 for the digits with a positive share and −1 for the "
     "others."),
    ("F6", "2A", "At the threshold the largest coefficient possibly has a kink: a discontinuous derivative."),
    ("F7", "2A", "On the intermediate plateau, at high temperature, memories are trapped at saddles."),
    ("F8", "S", "Most pixels of the images are close to +1 or −1, so that their self-overlaps are nearly "
     "equal."),
    ("W1", "3", "At n = 3 only 1s are recognised at first; then almost every digit starts to be, at about "
     "the same epoch (near 370)."),
    ("W2", "3", "At n = 30 digits are learnt one after another: 1, 4, 9 and 7 first, then 5 and 6, then 8 "
     "and 3, last 0 and 2."),
    ("W3", "3", "The order is the same from start to start and from training set to training set, more so as "
     "n grows."),
    ("W4", "3", "Memories with one fate follow one path and part only at the end; before a split they look "
     "like mixtures."),
    ("W5", "S", "Momentum, minibatches and noise do not change the sequence of splits."),
    ("W6", "3", "At n = 30 the 4s are learnt around epoch 1000, then 9 and 7 and 5 and 6 around epoch 1300."),
    ("W7", "3", "At n = 30 the memories that become 3s and 5s are identical up to epoch 1800."),
    ("W8", "3", "At n = 30 all memories change alike before the first split, and look like a mixture of two "
     "digits, typically 1 and 9."),
    ("C1", "4", "With 1, 4 and 7 at n = 30 the first split is near a 1-share of 0.5, the second where 4 and "
     "7 have equal shares; in between the trails keep to one line. The saddles lie among the 8s and 9s of "
     "the map, which were not trained."),
    ("C2", "4", "With 1, 4 and 7 at n = 3 there is one split, near epoch 300, and the trails spread out."),
    ("B1", "5", "The labels of two digits soon become opposite and all others −1, and the memory reaches "
     "|α_A| + |α_B| = 1."),
    ("B2", "5A", "As n grows there are three fixed points, then one, then three, with folds in between."),
    ("B3", "5B", "n = 6: nullclines nearly vertical, ℓ near 0. n = 20: distinct memories with low labels. n "
     "= 30: only α ≈ 0.5, ℓ ≈ 0. n = 40: three fixed points again, with large labels."),
    ("B4", "S", "Because the two self-overlaps are nearly equal, the system is close to a pitchfork."),
    ("B5", "5C", "Two memories first go to the nearest saddle of the reduced system, then part along its "
     "linearised flow."),
    ("B6", "5", "In |α_A| + |α_B| = 1 the sign of each term follows that of ℓ for n up to about 7."),
    ("B7", "5", "At a fixed point the step of a memory is proportional to the memory."),
    ("P1", "6 left", "Two images of one digit: a memory becomes a pure prototype at high n and T_r, and one "
     "coefficient jumps above 0.5 at a threshold in n that T(n) marks."),
    ("P2", "6 right", "Two digits: the coefficients change smoothly with n, and no memory becomes pure."),
    ("P3", "6 right", "Two digits: the line T(n) coincides with the transition from feature to prototype."),
    ("P4", "6", "Only when memories have the same final label do they interact within a digit and become "
     "pure prototypes."),
    ("D1", "7", "Started near a 1 or near a 7, learning at T_r ≈ 1 meets two saddles, then one, then two as "
     "n grows, and the final share of 1s and 7s follows the saddle that was visited."),
    ("D2", "7", "At lower n and T_r there are more saddles and the outcome depends more on where learning "
     "starts; in the mid range of n it depends less."),
    ("D3", "7", "At T_r ≈ 1 the final 1s and 7s are in balance only at intermediate n, where there is one "
     "saddle, a mixture of 1 and 7."),
    ("D4", "7", "Two memories cannot show that the proportions depend on the start: each settles at one of "
     "the two digits."),
    ("A1", "8", "At n = 25 all digits are kept up to T_r ≈ 0.85; then they vanish in the order 0 and 2; 3 "
     "and 8; 5 and 6; 4, 7 and 9; only 1 is left above T_r = 1."),
    ("A2", "8", "Digits vanish in the reverse of the order in which they are learnt: memories stay at "
     "saddles."),
)  # fmt: skip

CLAIMS: dict[str, Claim] = {each[0]: Claim(*each) for each in _STATEMENTS}
"""The claims by id."""
