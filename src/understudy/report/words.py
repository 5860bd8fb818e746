"""What the page calls things, and what it says of them."""

__all__ = ["ANSWERS", "FINER", "FOR_COMPARISON", "GATES", "GLOSSARY", "MEANINGS", "QUESTIONS", "SHARES", "SHARE_GATES"]

QUESTIONS = {
    "fidelity": ("Fidelity", "Do the synthetic rows look like the real ones?"),
    "utility": ("Utility", "Does work done on the synthetic rows hold on real ones?"),
    "privacy": ("Privacy", "Do the synthetic rows keep the secrets of the real ones?"),
    "diversity": ("Diversity", "Do the synthetic rows cover all that is real, rare cases included?"),
    "fairness": ("Fairness", "Are groups treated as they are in the real rows, or better?"),
}
"""Title of each question and how it is put, in the order of the page."""

FOR_COMPARISON = frozenset(
    {"pairs_own_bins", "range_coverage", "sdmetrics_quality", "sdmetrics_diagnostic", "mostlyai_accuracy"}
)
"""Scores that are shown beside published ones and decide nothing."""

FINER = frozenset(
    {
        *("wasserstein", "jensen_shannon", "tails", "missing", "adherence", "spearman", "trivariate", "relations"),
        *("maximum_mean_discrepancy", "rare_combinations", "simpson", "effective_rows"),
        *("alpha_precision", "beta_recall", "density_coverage"),
    }
)
"""Scores that look closer than those which answer a question. Few rows leave them open more often, which is no doubt
about the answer; where they are weak, they count."""

MEANINGS = {
    "valid_rows": "Share of rows that hold only values that the real table could hold.",
    "adherence": "Share of values inside the real range, levels and grid; unseen real rows leave them a little, too.",
    "missing": "Whether values are missing as often as in the real rows, and together; 1 is identical.",
    "marginals": "How alike each column is by itself, averaged over the columns; 1 is identical.",
    "wasserstein": "How near values lie to where they should: 1 is identical, 0 is as far off as the "
    "real median alone, repeated.",
    "jensen_shannon": "How alike each column is by itself, with more weight on values that one of the tables lacks; 1 "
    "is identical.",
    "tails": "Whether columns reach as far out at both ends as the real ones, and as often; 1 is identical.",
    "pairs": "How alike every two columns behave together, averaged over the pairs; 1 is identical.",
    "spearman": "Whether two quantities rise and fall together as in the real rows, outliers counting no more than "
    "other rows; 1 is identical.",
    "mutual_information": "How wrong it is what one column tells about another, strong relations first; 0 is not at "
    "all.",
    "trivariate": "How alike every three columns behave together, averaged over triples; 1 is identical, which short "
    "tables miss by chance.",
    "relations": "Share of the rows that keep the relations found among the real ones, such as sums, orders, and "
    "columns that others fix.",
    "maximum_mean_discrepancy": "How far the two tables are apart as wholes, all columns at once; 0 is identical.",
    "logistic_detection": "How well the rows hide from a simple detector that adds columns up; 1: it can only guess.",
    "boosted_detection": "How well the rows hide from a strong detector (boosted trees); 1: it can only guess.",
    "detection_where": "How well the rows hide where they do worst: in one level or part of a column.",
    "pairs_own_bins": "Pairs of columns once more, as papers publish it: each table is cut by its own least and "
    "greatest value, which protected ranges move. For comparison only; it decides nothing here.",
    "sdmetrics_quality": "The overall score of SDMetrics' quality report. For comparison only.",
    "sdmetrics_diagnostic": "The overall score of SDMetrics' diagnostic report. For comparison only.",
    "mostlyai_accuracy": "The overall accuracy of MOSTLY AI's quality report. For comparison only.",
    "tstr": "How well a model predicts unseen real rows that has learnt from synthetic ones; the ceiling has learnt "
    "from real ones.",
    "queries": "How far counts and group means that an analyst might ask for are off, as a part of the true answer; 0 "
    "is not at all.",
    "learners": "How well linear, boosted and neural models predict unseen real rows that have learnt from synthetic "
    "ones, averaged; the ceiling has learnt from real ones.",
    "importance": "Whether the columns that matter to a model are the same, in the same order, be it trained on "
    "synthetic or real rows; 1 is the same order.",
    "global_utility": "How much of what real rows teach about each column from the others synthetic rows teach too, "
    "averaged over the columns; 1 is all.",
    "group_fidelity": "How alike real and synthetic rows are in that group of people which is imitated worst; 1 is "
    "identical.",
    "downstream_parity": "How unequally a model that has learnt from synthetic rows errs between groups, on unseen "
    "real rows; the ceiling has learnt from real ones. 0 is evenly.",
    "bias_amplification": "How much wider the synthetic rows make a gap of the target between two groups than it is in "
    "the real ones; below 0 it is narrower.",
    "representation": "How far the shares of groups are from those that were named; the ceiling is how far those of "
    "the real rows are.",
    "categories_coverage": "Share of the rare real categories that occur among the synthetic rows too. Those of fewer "
    "than five rows are left out on purpose.",
    "rare_combinations": "Share of the rare combinations of two categories that occur too, in proportion.",
    "simpson": "Whether columns, and segments of two columns, are as manifold as the real ones; 1 is identical.",
    "effective_rows": "Whether rows differ from one another as real ones do, rather than varying a few kinds; 1 is as "
    "much.",
    "density_coverage": "Share of the real rows that have a synthetic row among their nearest neighbours.",
    "alpha_precision": "Whether synthetic rows lie as far from the middle as real ones do, typical and unusual ones in "
    "proportion; 1 is identical.",
    "beta_recall": "How many real rows have a synthetic row at least as near as another real row. Fresh real rows "
    "reach about one half; much more would be copies.",
    "range_coverage": "Share of the real ranges and levels that occur. Their ends are few persons' values, which "
    "protection leaves out on purpose: for comparison only; it decides nothing here.",
    "membership": "How often an attacker who holds the synthetic rows picks the training row from a pair with an "
    "unseen one; 0.5 is guessing.",
    "closeness": "Share of rows that are nearer to a training row than to an unseen one; one half means no memory.",
    "copies": "Share of rows that equal a training row; the ceiling is how often unseen real rows do so by nature.",
}
"""What each score says, in the order of the page."""

SHARES = frozenset({"valid_rows", "categories_coverage", "closeness", "copies"})
"""Scores that are written as percentages."""

SHARE_GATES = frozenset({"valid_rows", "dependence", "tstr_ratio", "closer_max", "copies_excess_max"})
"""Gates whose value and limit are."""

GATES = {
    "dependence": "Columns belong together as in the real rows",
    "tstr_ratio": "Models trained on it work on real rows",
    "membership_auc_max": "It does not give away who was in the training data",
    "valid_rows": "Rows are valid",
    "closer_max": "Rows are no closer to training rows than to unseen ones",
    "copies_excess_max": "It holds no more copies of real rows than chance makes",
}
"""What each gate promises."""

GLOSSARY = {
    "Training rows": "The real rows that the model learnt from.",
    "Unseen real rows": "Real rows that were set aside before anything was learnt (the holdout). Nothing but this "
    "judgement has seen them.",
    "95 % interval": "Where the number would lie had chance dealt other rows: intervals like it hold the truth 95 "
    "times in 100. The fewer rows, the wider.",
    "Floor": "The same measure of the real rows with each column shuffled by itself: what one gets without learning "
    "how columns belong together.",
    "Ceiling": "The same measure of unseen real rows in place of the synthetic ones: what perfect synthetic rows would "
    "get.",
    "Detector": "A model that is trained to tell synthetic rows from real ones. If even a strong one has to guess, no "
    "difference is left that matters to it.",
    "Apart": "For columns of levels, the share of rows that would have to change their level for the two to agree "
    "(total variation distance); for quantities, the greatest difference between the shares of rows up to a value "
    "(Kolmogorov-Smirnov distance).",
    "AUC": "Area under the ROC curve: how often the higher of two guesses goes to the right row of a pair. 0.5 is "
    "guessing, 1 is never wrong.",
    "Underpowered": "There are so few rows that what the limit forbids would rather pass unnoticed than not. Passing "
    "then proves little.",
}
"""Words of the page that need one more sentence."""

ANSWERS = {
    "privacy": {
        "weak": "They give more away than unseen real rows would",
        "fair": "They give a little more away than unseen real rows would",
        "short": "Little is given away, but measurably more than chance",
        "unsure": "No leak shows, but so few rows could hide one",
        "vague": "More is given away than chance explains, and so few rows cannot say how much more",
        "good": "No leak shows: nothing here tells training rows from unseen ones",
    },
    "other": {
        "weak": "Far from real rows",
        "fair": "Short of real rows",
        "short": "Close to real rows, but measurably short of them",
        "unsure": "No shortfall shows, but so few rows could hide one",
        "vague": "Short of real rows by more than chance explains, and so few rows cannot say by how much",
        "good": "Not to be told from unseen real rows by any of these scores",
    },
}
"""How one question is answered, privacy apart: the sentence that goes with a standing or a remark."""
