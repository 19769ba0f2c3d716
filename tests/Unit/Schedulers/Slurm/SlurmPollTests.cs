using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;

namespace GpuOps.Unit.Schedulers.Slurm;

public sealed class SlurmPollTests
{
    private static readonly SlurmPoll Quick = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(30));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(GpuOpsErrorKind.Unreachable)]
    [InlineData(GpuOpsErrorKind.Lost)]
    public async Task Asks_again_until_it_is_enough_also_when_there_was_no_answer(GpuOpsErrorKind kind)
    {
        List<string> seen = [];
        await RunAsync(Quick, question => question == 2 ? throw Fault(kind) : question, answer => { seen.Add($"{answer}"); return answer == 4; }, fault => seen.Add(fault.Message));
        Assert.Equal(["1", "away", "3", "4"], seen);
    }

    [Theory]
    [InlineData(GpuOpsErrorKind.NotFound)]
    [InlineData(GpuOpsErrorKind.Authentication)]
    public async Task What_does_not_pass_by_waiting_ends_it(GpuOpsErrorKind kind) =>
        Assert.Equal(kind, (await Assert.ThrowsAsync<GpuOpsException>(() => RunAsync(Quick, _ => throw Fault(kind), static _ => false))).Kind);

    [Fact]
    public async Task Ends_when_its_time_is_up_also_in_the_middle_of_a_question()
    {
        var poll = new SlurmPoll(TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(20));
        Assert.Equal("late", (await Assert.ThrowsAsync<GpuOpsException>(() => RunAsync(poll, static question => question, static _ => false))).Id);
        Task Hang() => poll.RunAsync(
            async token => { await Task.Delay(Timeout.Infinite, token); return 0; }, static _ => true, Unexpected, Late, TimeProvider.System, Token);
        Assert.Equal("late", (await Assert.ThrowsAsync<GpuOpsException>(Hang)).Id);
    }

    [Fact]
    public async Task Who_gives_up_is_not_told_that_it_is_late()
    {
        using var stop = new CancellationTokenSource();
        var run = new SlurmPoll(TimeSpan.FromHours(1), TimeSpan.FromHours(1)).RunAsync(
            static _ => Task.FromResult(0), _ => { stop.Cancel(); return false; }, Unexpected, Late, TimeProvider.System, stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private static async Task RunAsync(SlurmPoll poll, Func<int, int> ask, Func<int, bool> isEnough, Action<GpuOpsException>? away = null)
    {
        var questions = 0;
        await poll.RunAsync(_ => Task.Run(() => ask(++questions), Token), isEnough, away ?? Unexpected, Late, TimeProvider.System, Token);
    }

    private static GpuOpsException Fault(GpuOpsErrorKind kind) => new("fault", kind, "away");

    private static GpuOpsException Late(Exception cause) => new("late", GpuOpsErrorKind.Timeout, "late", null, cause);

    private static void Unexpected(GpuOpsException fault) => Assert.Fail(fault.Message);
}
