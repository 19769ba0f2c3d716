using GpuOps.Channels;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

/// <summary>Which of the controller and the accounting is believed when one of them is away; that both answer is tested against a real cluster.</summary>
public sealed class SlurmJobReaderTests
{
    private static readonly SlurmJobQuery ById = new() { Ids = [SlurmJobId.Parse("7")], AccountedWillDo = true }, Lately = new() { AllUsers = true, Since = TimeSpan.FromHours(1), AccountedWillDo = true };

    public static TheoryData<SlurmJobQuery> Accounted { get; } = [ById, Lately];

    public static TheoryData<SlurmJobQuery> NotAccounted { get; } = [ById with { AccountedWillDo = false }, Lately with { AccountedWillDo = false }, new SlurmJobQuery { AllUsers = true, AccountedWillDo = true }];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Accounted), DisableDiscoveryEnumeration = true)]
    public async Task Without_the_controller_the_accounting_is_asked_where_that_will_do(SlurmJobQuery query)
    {
        var answer = await ReadAsync(query, static () => new CommandResult(0, [], []));
        Assert.True(answer.IsOnlyAccounted);
        Assert.Equal("SlurmControllerAway", answer.Missing?.Id);
    }

    [Theory]
    [MemberData(nameof(Accounted), DisableDiscoveryEnumeration = true)]
    public async Task Without_both_it_is_the_controller_that_is_away(SlurmJobQuery query) =>
        Assert.Equal("SlurmControllerAway", (await Assert.ThrowsAsync<GpuOpsException>(() => ReadAsync(query, static () => new CommandResult(1, [], "Slurm accounting storage is disabled"u8.ToArray())))).Id);

    [Theory]
    [MemberData(nameof(NotAccounted), DisableDiscoveryEnumeration = true)]
    public async Task Who_needs_the_controllers_word_gets_no_other(SlurmJobQuery query) =>
        Assert.Equal("SlurmControllerAway", (await Assert.ThrowsAsync<GpuOpsException>(() => ReadAsync(query, static () => new CommandResult(0, [], [])))).Id);

    private static async Task<SlurmJobs> ReadAsync(SlurmJobQuery query, Func<CommandResult> sacct)
    {
        var cluster = new PlayedCluster
        {
            Asked = static _ => throw new GpuOpsException("SlurmControllerAway", GpuOpsErrorKind.Unreachable, "It is away."),
            Other = _ => sacct(),
        };
        await using var scheduler = new SlurmScheduler(cluster, new SlurmOptions("hpc"));
        return await scheduler.ReadJobsAsync(query, Token);
    }
}
