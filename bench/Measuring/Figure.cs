namespace GpuOps.Bench.Measuring;

/// <summary>A row with what was measured.</summary>
internal sealed record Figure(
    string Name, string What, string Against, double Measured, double Baseline, string Unit, double Ratio, double Judged, double Limit, string LimitText)
{
    public bool IsMet => Judged <= Limit;

    public string Verdict => IsMet ? "ok" : "MISSED";

    public static Figure Of(Row row, Pair pair) => new(
        row.Name,
        row.What,
        row.Against,
        pair.Measured,
        pair.Baseline,
        row.Unit,
        pair.Ratio,
        row.Bar switch { Bar.Ratio => pair.Ratio, Bar.Excess => pair.Excess, _ => pair.Measured },
        row.Limit,
        row.Bar switch
        {
            Bar.Ratio => Invariant($"{row.Limit} ×"),
            Bar.Excess => Invariant($"+ {row.Limit} {row.Unit}"),
            _ => Invariant($"{row.Limit} {row.Unit}"),
        });

    public string Line() => Invariant(
        $"{Name,-26} {Show(Measured)} {Unit,-3} baseline {Show(Baseline)} {Unit,-3} ratio {Ratio,6:0.00}  limit {LimitText,-9} {Verdict}");

    public string MarkdownLine() => Invariant(
        $"| `{Name}` | {What} | {Measured:0.###} {Unit} | {Baseline:0.###} {Unit}: {Against} | {Ratio:0.00} | {LimitText} | {Verdict} |");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Show(double value) => value.ToString("0.000", CultureInfo.InvariantCulture).PadLeft(10);
}
