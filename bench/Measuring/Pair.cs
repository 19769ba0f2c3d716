namespace GpuOps.Bench.Measuring;

/// <summary>Two things measured in turn, A B A B: what slows the machine down for a while slows both.</summary>
/// <param name="Own">Ours, one figure a round.</param>
/// <param name="Bare">The baseline, one figure a round.</param>
internal sealed record Pair(IReadOnlyList<double> Own, IReadOnlyList<double> Bare)
{
    public double Measured => Median(Own);

    public double Baseline => Median(Bare);

    /// <summary>The median of the rounds' ratios.</summary>
    public double Ratio => Median([.. Own.Zip(Bare, (own, bare) => own / bare)]);

    /// <summary>The median of the rounds' differences.</summary>
    public double Excess => Median([.. Own.Zip(Bare, (own, bare) => own - bare)]);

    /// <summary>Against something that need not be measured.</summary>
    public static Pair Against(double baseline, IReadOnlyList<double> own) => new(own, [.. own.Select(_ => baseline)]);

    /// <summary>Measures in turn, after one round that does not count.</summary>
    public static async Task<Pair> InTurnAsync(int rounds, Func<Task<double>> own, Func<Task<double>> bare)
    {
        List<double> ours = [], theirs = [];
        for (var round = 0; round <= rounds; round++)
        {
            var (a, b) = (await own(), await bare());
            if (round > 0)
            {
                ours.Add(a);
                theirs.Add(b);
            }
        }

        return new Pair(ours, theirs);
    }

    public static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
