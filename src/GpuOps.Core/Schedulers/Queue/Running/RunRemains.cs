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
    private static readonly TimeSpan UnclearPause = TimeSpan.FromMilliseconds(2);

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
        var ending = new ProcessEnding(grace, context.Time);
        IReadOnlyList<int> reported = [];
        while (true)
        {
            var news = context.Children.News;
            var isProgramOver = program?.IsCompleted ?? true;
            var look = await LookAsync();
            if (look.Left.Count == 0 && isProgramOver)
            {
                return;
            }

            ending.Step(look.Left, look.Groups);
            if (ending.IsHopeless && !reported.SequenceEqual(look.Left.Order()))
            {
                report(reported = [.. look.Left.Order()]);
            }

            var pause = ending.IsHopeless ? LongPause : ending.IsKilling ? KillPause : ending.Rest < Pause ? ending.Rest : Pause;
            if (pause > TimeSpan.Zero)
            {
                await Task.WhenAny(news, Task.Delay(pause, context.Time));
            }
        }
    }

    /// <summary>A look that is sure of itself where it finds nothing.</summary>
    private async Task<RunLook> LookAsync()
    {
        for (var looks = 1; ; looks++)
        {
            var orphans = context.Children.Orphans;
            var look = processes.Find(await context.Looks.LookAsync());
            // One that ended meanwhile may have started another that the look had already passed.
            var isSure = !look.HasDead && orphans == context.Children.Orphans && (!look.IsUnclear || looks >= LooksAtUnclear);
            if (isSure || look.Left.Count > 0)
            {
                return look;
            }

            await Task.Delay(UnclearPause, context.Time);
        }
    }
}
