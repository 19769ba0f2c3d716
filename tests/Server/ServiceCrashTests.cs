using System.Collections.Concurrent;
using GpuOps.Configuration;
using GpuOps.Errors;
using GpuOps.Schedulers;

namespace GpuOps.ServerTests;

/// <summary>kill -9 for the service while it works.</summary>
public sealed class ServiceCrashTests : IAsyncLifetime
{
    private const int Times = 100, Users = 3;

    private readonly ConcurrentDictionary<string, string> _accepted = [];
    private ServiceRig _rig = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _rig = await ServiceRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_hundred_kills_lose_no_job_run_none_twice_and_leave_none_behind()
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var users = Enumerable.Range(0, Users).Select(user => Task.Run(() => SubmitAsync(user, enough.Token))).ToArray();
        var random = new Random(17);
        for (var kill = 0; kill < Times; kill++)
        {
            // Now and then while it is still starting.
            if (kill % 5 != 0)
            {
                await _rig.AnswersAsync();
            }

            await Task.Delay(random.Next(250), Stop);
            _rig.KillService();
            _rig.Launch();
        }

        await _rig.AnswersAsync();
        await enough.CancelAsync();
        await Task.WhenAll(users);
        var ids = _accepted.Keys.ToArray();
        var ended = await _rig.EndsAsync(ids);
        Assert.True(ids.Length > Times, $"Only {ids.Length} were accepted.");
        Assert.All(ended, job => Assert.True(job is { State: GpuJobState.Completed, ExitCode: 0 }, $"{job.Id} {job.State} {job.Reason} {_rig.Log}"));
        // What each wrote itself when it began, and the user who asked for it.
        var ran = File.ReadAllLines(Path.Combine(_rig.Folder, "ran"));
        Assert.Equal(_accepted.Select(static pair => $"{pair.Key} {pair.Value}").Order(), ran.Order());
        // A submission whose answer was lost, and was sent again, was taken once.
        Assert.Equal(ids.Length, (await _rig.Client.ReadJobsAsync(new GpuJobQuery(), Stop)).Count);
        await Wait.UntilAsync(() => Directory.GetFiles(Path.Combine(_rig.State, "running")).Length, static count => count == 0, "the supervisor forgets all");
        var pool = await _rig.Pool.ReadAsync(ConfigurationEnvironment.FromProcess(null).HostName, Stop);
        Assert.Empty(pool.Reservations);
        Assert.Empty(pool.Queue);
        Assert.Empty(await _rig.JobProcessesAsync());
    }

    /// <summary>Sends each submission until it is accepted.</summary>
    private async Task SubmitAsync(int user, CancellationToken enough)
    {
        for (var number = 0; !enough.IsCancellationRequested; number++)
        {
            var name = $"{user}/{number}";
            var request = _rig.Script($"echo \"$GPUOPS_JOB_ID {name}\" >> $F/ran; sleep 0.0{number % 10}", number % 3) with { Name = name };
            string? id = null;
            while (id is null)
            {
                try
                {
                    id = (await _rig.Client.SubmitJobAsync(request, Stop)).Id;
                }
                catch (GpuOpsException fault) when (fault.Id is "QueueServiceLost" or "QueueServiceNotRunning")
                {
                    await Task.Delay(10, Stop);
                }
            }

            Assert.True(_accepted.TryAdd(id, name), $"{id} was given twice.");
            await Task.Delay(40, Stop);
        }
    }
}
