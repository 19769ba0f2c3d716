using GpuOps.Processes;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>Ends what a start has left, or waits for it to end.</summary>
/// <param name="processes">Finds it.</param>
/// <param name="grace">How long it has to end by itself.</param>
/// <param name="context">What it shares with other starts.</param>
internal sealed class RunRemains(RunProcesses processes, TimeSpan grace, SupervisorContext context)
{
    /// <summary>What a process in the middle of execve(2) takes at most before it has its environment, many times over.</summary>
    private const int LooksAtUnclear = 4;
    private static readonly TimeSpan UnclearPause = TimeSpan.FromMilliseconds(5);

    /// <summary>Ends are told; only what was started after the last look, and what is nobody's child here, has to be looked for.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200), KillPause = TimeSpan.FromMilliseconds(20), LongPause = TimeSpan.FromSeconds(2);

    /// <summary>Waits until nothing is left, without ending anything.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while ((await LookAsync()).Left.Count > 0)
        {
            await Task.Delay(LongPause, context.Time, cancellationToken);
        }
    }

    /// <summary>Ends everything.</summary>
    /// <param name="program">The program; not over before this is.</param>
    /// <param name="report">Told what not even SIGKILL has ended, and when that changes.</param>
    public async Task EndAsync(Task? program, Action<IReadOnlyList<int>> report)
    {
        var ending = new ProcessEnding(grace, context.Time, wholeGroups: true);
        IReadOnlyList<int> reported = [];
        while (true)
        {
            var news = context.Children.News;
            var isProgramOver = program?.IsCompleted ?? true;
            var (table, left) = await LookAsync();
            if (left.Count == 0 && isProgramOver)
            {
                return;
            }

            ending.Step(table, left);
            if (ending.IsHopeless && !reported.SequenceEqual(left.Order()))
            {
                report(reported = [.. left.Order()]);
            }

            var pause = ending.IsHopeless ? LongPause : ending.IsKilling ? KillPause : ending.Rest < Pause ? ending.Rest : Pause;
            if (pause > TimeSpan.Zero)
            {
                await Task.WhenAny(news, Task.Delay(pause, context.Time));
            }
        }
    }

    /// <summary>A look that is sure of itself where it finds nothing.</summary>
    private async Task<(ProcessTable Table, HashSet<int> Left)> LookAsync()
    {
        for (var look = 1; ; look++)
        {
            var orphans = context.Children.Orphans;
            var table = await context.Looks.LookAsync();
            var left = processes.Find(table, out var isUnclear);
            // An orphan that ended meanwhile may have had a child that the look had already passed.
            if (left.Count > 0 || (orphans == context.Children.Orphans && (!isUnclear || look >= LooksAtUnclear)))
            {
                return (table, left);
            }

            if (isUnclear)
            {
                await Task.Delay(UnclearPause, context.Time);
            }
        }
    }
}
