using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

/// <summary>Recorded output of Slurm 22.05, and answers made in its form.</summary>
internal static class SlurmFixture
{
    public static string Read(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Schedulers", "Slurm", "Fixtures", name));

    /// <summary>The framing of the recorded <c>*-framed.txt</c>.</summary>
    public static SlurmFraming Recorded { get; } = new("k9f3a1c7e");

    public static SlurmFraming Token { get; } = new("t0k3nt0k3n");

    /// <summary>Records as both commands print them: each field with the delimiter behind it, and a newline.</summary>
    public static string Frame(params IEnumerable<string[]> records) =>
        string.Concat(records.Select(static record => string.Concat(record.Select(static field => field + Token.Delimiter)) + "\n"));

    public static async Task<List<SlurmJob>> SqueueAsync(string text, SlurmFraming? framing = null) =>
        await SqueueOutput.ReadAsync(new StringReader(text), framing ?? Token, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

    public static async Task<List<SlurmJob>> SacctAsync(string text, SlurmFraming? framing = null) =>
        await SacctOutput.ReadAsync(new StringReader(text), framing ?? Token, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

    public static DateTime Local(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).LocalDateTime;
}
