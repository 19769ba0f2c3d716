using System.Globalization;
using System.Management.Automation;
using GpuOps.Hosted.Hosting;
using GpuOps.Rigs;

namespace GpuOps.Hosted;

/// <summary>A reservation that is lost, or a store that goes away, while a command runs under it.</summary>
[Collection(Alone.Name)]
public sealed class LossTests
{
    private const string Often = "heartbeat:\n  interval: 200ms\n  expiry: 60s\ncommand:\n  grace: 1s\n";

    [Fact]
    public void A_lost_command_runs_on_and_reports_the_loss()
    {
        using var store = new Store().Configure(Often);
        using var session = Session.Open(store, gpus: 1);
        using var go = new Signal(store);
        using var running = session.Start($"Invoke-GpuCommand {{ $env:GPUOPS_RESERVATION_ID; {go.Wait}; 'ran to its end' }}");
        RemoveElsewhere(store, running);
        Wait.Until(() => !session.Host.Warnings.IsEmpty, "a warning while it runs");
        go.Give();
        var outcome = running.Finish();
        Assert.Equal("ran to its end", outcome.Texts[^1]);
        outcome.Fails("ReservationLost", ErrorCategory.ResourceUnavailable);
    }

    [Fact]
    public void A_lost_command_is_ended_where_that_was_asked_for()
    {
        using var store = new Store().Configure(Often);
        using var session = Session.Open(store, gpus: 1);
        using var running = session.Start("Invoke-GpuCommand -OnLost Stop { $env:GPUOPS_RESERVATION_ID; sleep 1000 }");
        RemoveElsewhere(store, running);
        running.Finish().Fails("ReservationLost", ErrorCategory.ResourceUnavailable);
        Assert.Contains("being stopped", Assert.Single(session.Host.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_job_is_ended_where_that_was_asked_for()
    {
        using var store = new Store().Configure(Often);
        using var session = Session.Open(store, gpus: 1);
        session.Run("$job = Invoke-GpuCommand -OnLost Stop -AsJob -FilePath sleep -ArgumentList 1000").Clean();
        var id = Wait.Until(() => session.Read("Get-GpuReservation | ForEach-Object Id").SingleOrDefault(), it => it is not null, "the job holds a GPU");
        RemoveElsewhere(store, id!);
        var outcome = session.Run("(Wait-Job $job -Timeout 60).State; Receive-Job $job");
        Assert.Equal("Failed", outcome.Texts[0]);
        outcome.Fails("ReservationLost", ErrorCategory.ResourceUnavailable);
    }

    [Fact]
    public async Task A_server_that_is_killed_and_comes_back_ends_no_command()
    {
        Rig.NeedRedis();
        await using var redis = await RedisServerRig.StartAsync(new RedisServerOptions { AppendOnly = true });
        await WithoutTheStore(redis, async () =>
        {
            await redis.KillAsync();
            return redis.StartAgainAsync;
        });
    }

    [Fact]
    public async Task A_server_that_stalls_for_thirty_seconds_ends_no_command()
    {
        Rig.NeedRedis();
        await using var redis = await RedisServerRig.StartAsync();
        await WithoutTheStore(redis, () =>
        {
            redis.Pause();
            return Task.FromResult<Func<Task>>(async () =>
            {
                // How long it stalls is what is tested: past every time limit of the client.
                await Task.Delay(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
                redis.Continue();
            });
        });
    }

    /// <summary>Runs a command, takes the server away for some heartbeats, and looks at what it was granted afterwards.</summary>
    private static async Task WithoutTheStore(RedisServerRig redis, Func<Task<Func<Task>>> takeAway)
    {
        using var store = new Store().Configure(Often);
        using var session = Session.Open(store);
        using var observer = Session.Open(store);
        using var go = new Signal(store);
        var backend = $"redis://127.0.0.1:{redis.Port}";
        session.Run($"Initialize-GpuPool -Count 1 -Backend '{backend}' | Out-Null").Clean();
        using var running = session.Start($"Invoke-GpuCommand -Backend '{backend}' {{ $env:GPUOPS_RESERVATION_ID; {go.Wait}; 'ran to its end' }}");
        Wait.Until(() => running.Output.Count > 0, "the command runs");
        var before = Beat();

        var bringBack = await takeAway();
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        await bringBack();

        Wait.Until(() => Beat() > before, "heartbeats again");
        go.Give();
        var outcome = running.Finish().Clean();
        Assert.Equal("ran to its end", outcome.Texts[^1]);
        Assert.Empty(session.Host.Warnings);
        Assert.Equal("Available", observer.Read($"(Get-GpuStatus -Backend '{backend}').State").Single());

        long Beat() => long.Parse(observer.Read($"(Get-GpuReservation -Backend '{backend}').LastHeartbeat.Ticks").Single(), CultureInfo.InvariantCulture);
    }

    private static void RemoveElsewhere(Store store, Running running)
    {
        Wait.Until(() => running.Output.Count > 0, "the command runs");
        RemoveElsewhere(store, running.Output[0].ToString());
    }

    private static void RemoveElsewhere(Store store, string id)
    {
        using var other = Session.Open(store);
        other.Run($"Remove-GpuReservation {id} -Confirm:$false").Clean();
    }

    /// <summary>Lets a script go on, by a file.</summary>
    private sealed class Signal(Store store) : IDisposable
    {
        private readonly string _file = Path.Combine(store.Folder, Guid.NewGuid().ToString("N"));

        /// <summary>What the script waits with.</summary>
        public string Wait => $"while (-not [IO.File]::Exists('{_file}')) {{ [Threading.Thread]::Sleep(10) }}";

        public void Give() => File.WriteAllText(_file, "");

        public void Dispose() => File.Delete(_file);
    }
}
