using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using GpuOps.Channels;
using GpuOps.Errors;
using GpuOps.Schedulers.Slurm;
using Microsoft.Extensions.Time.Testing;

namespace GpuOps.Unit.Schedulers.Slurm;

/// <summary>What becomes of jobs when sbatch's answer, or the cluster itself, is in doubt.</summary>
public sealed partial class SlurmSubmissionTests : IAsyncDisposable
{
    private static readonly SlurmJobRequest Request = new() { Command = ["true"], Output = "/dev/null" };

    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _ended = [];
    private readonly PlayedCluster _cluster;
    private readonly SlurmScheduler _scheduler;
    private Func<CancellationToken, Task> _asked = static _ => Task.CompletedTask;
    private Func<int, (int ExitCode, string Said)> _sbatch = static at => (0, $"{at + 1}");
    private Func<CommandResult> _scancel = static () => new CommandResult(0, [], []);

    public SlurmSubmissionTests()
    {
        _cluster = new PlayedCluster { Asked = token => _asked(token), Other = Run };
        _scheduler = new SlurmScheduler(_cluster, new SlurmOptions("test"), _time);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _scheduler.DisposeAsync();

    [Fact]
    public async Task Giving_up_while_jobs_are_looked_up_takes_all_of_them_back()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var looking = new TaskCompletionSource();
        _sbatch = static at => at == 1 ? (0, "no id") : (0, $"{at + 1}");
        _asked = token => looking.TrySetResult() ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;

        var submission = _scheduler.SubmitAsync([Request, Request, Request], null, stop.Token);
        await looking.Task.WaitAsync(Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => submission);
        Assert.Equal(["1", "2", "3"], _ended.Order());
    }

    [Fact]
    public async Task Jobs_are_taken_back_though_the_cluster_does_not_answer_at_first_and_one_is_over()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var (looks, ends) = (0, 0);
        _sbatch = static at => at == 1 ? (0, "no id") : (0, $"{at + 1}");
        _asked = token =>
        {
            switch (++looks)
            {
                case 1:
                    stop.Cancel();
                    return Task.FromCanceled(token);
                case 2:
                    throw new GpuOpsException("SlurmControllerAway", GpuOpsErrorKind.Unreachable, "It is away.");
                default:
                    return Task.CompletedTask;
            }
        };
        _scancel = () => ++ends switch
        {
            1 => Fails("scancel: error: Kill job error on job id 1: Unable to contact slurm controller (connect failure)"),
            _ => Fails("scancel: error: Kill job error on job id 1: Job/step already completing or completed"),
        };

        var submission = _scheduler.SubmitAsync([Request, Request], null, stop.Token);
        while (!submission.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => submission);
        Assert.Equal((3, 2), (looks, ends));
        Assert.Equal(["1", "1", "2"], _ended.Order());
    }

    // Less than the time that is given to it, of which none passes but the test's own.
    [Fact(Timeout = 10_000)]
    public async Task A_cluster_that_never_answers_again_is_given_up()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        _sbatch = static _ => (0, "no id");
        _asked = async token =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
        };

        var submission = _scheduler.SubmitAsync([Request, Request], null, stop.Token);
        while (!submission.IsCompleted)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => submission);
        Assert.Empty(_ended);
    }

    [Fact]
    public async Task A_log_folder_that_cannot_be_made_is_told_in_sentences()
    {
        await using var cluster = new SlurmScheduler(new PlayedCluster { Other = static command => command.Arguments[0] == "mkdir" ? Fails("mkdir: cannot create 'x': Permission denied\n") : Prints("1") }, new SlurmOptions("test"));
        var fault = await Assert.ThrowsAsync<GpuOpsException>(() => cluster.SubmitAsync(Request with { Output = "x/y" }, null, Token));
        Assert.EndsWith(": mkdir: cannot create 'x': Permission denied. The job was not submitted.", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(137, "")]
    [InlineData(143, "sbatch: error: Terminated")]
    [InlineData(127, "7\nsbatch: line 3: notify: not found")]
    public async Task A_job_whose_sbatch_was_ended_is_looked_up(int exitCode, string said)
    {
        _sbatch = _ => (exitCode, said);
        var answers = await _scheduler.SubmitAsync([Request, Request], null, Token);
        Assert.Equal(["1", "2"], answers.Select(static answer => answer.Job?.Id.ToString()));
        Assert.Equal("1", (await _scheduler.SubmitAsync(Request, null, Token)).Id.ToString());
    }

    [Fact]
    public async Task A_line_sends_no_more_at_once_than_fits_and_goes_on_behind_what_fails()
    {
        using var gate = new ManualResetEventSlim();
        var begun = new TaskCompletionSource();
        _sbatch = at =>
        {
            begun.TrySetResult();
            gate.Wait(Token);
            return at == 1 ? throw new InvalidOperationException("A defect.") : (0, "7");
        };
        var line = new SlurmSubmissionLine(_scheduler, null, Token);
        line.Add(Request);
        await begun.Task.WaitAsync(Token);
        foreach (var _ in Enumerable.Range(0, 3))
            line.Add(Request with { Command = ["echo", new string('x', 100_000)] });
        line.Complete();
        gate.Set();
        List<string?> answers = [];
        while (await line.WaitAsync(Token))
        {
            while (line.TryTake(out var submitted))
                answers.Add(submitted.Job?.Id.ToString() ?? submitted.Fault!.Id);
        }

        // One by itself, two together of which the second fails both, and the last.
        Assert.Equal(["7", "SlurmSubmissionFailed", "SlurmSubmissionFailed", "7"], answers);
    }

    private static CommandResult Fails(string said) => new(1, [], Encoding.UTF8.GetBytes(said));

    private static CommandResult Prints(string text) => new(0, Encoding.UTF8.GetBytes(text), []);

    [GeneratedRegex("gpuops:[a-z0-9]{16}")]
    private static partial Regex Tag();

    private CommandResult Run(ChannelCommand command)
    {
        switch (command.Arguments[0])
        {
            case "id":
                return Prints("ada");
            case "scancel":
                lock (_ended)
                    _ended.AddRange(command.Arguments.Skip(1));
                return _scancel();
            case "sbatch":
                Take([.. command.Arguments]);
                var (exitCode, said) = _sbatch(0);
                return new CommandResult(exitCode, Encoding.UTF8.GetBytes(said), Encoding.UTF8.GetBytes(said));
            default:
                var script = Encoding.UTF8.GetString(command.Input.Span);
                var tags = Tag().Matches(script).Select(static match => match.Value).ToArray();
                Take(tags);
                var mark = script[(script.LastIndexOf('#') + 1)..];
                return Prints(string.Concat(tags.Select((_, at) => string.Create(CultureInfo.InvariantCulture, $"{mark}{at} {_sbatch(at).ExitCode}\n{_sbatch(at).Said}\n"))));
        }
    }

    /// <summary>The controller takes each job, whatever sbatch then says.</summary>
    private void Take(string[] words) =>
        _cluster.Jobs = [.. words.Select(static word => Tag().Match(word).Value).Where(static tag => tag.Length > 0).Select(static (tag, at) => new SqueueRecord { Id = $"{at + 1}", State = "PENDING", Comment = tag })];
}
