using System.Diagnostics;
using System.Net.Sockets;
using GpuOps.Errors;
using GpuOps.Rigs;
using GpuOps.Schedulers;
using GpuOps.Schedulers.Queue;
using GpuOps.Schedulers.Queue.Client;

namespace GpuOps.ServerTests;

/// <summary>Too many at once, no room, and a file that is damaged.</summary>
public sealed class ServiceLoadTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_submissions_at_once_are_all_taken_and_on_the_disk_and_others_are_answered_meanwhile()
    {
        const int many = 10_000;
        await using var rig = await ServiceRig.StartAsync();
        var submissions = Enumerable.Range(0, many).Select(number => Task.Run(() => rig.Client.SubmitJobAsync(rig.Script("true") with { Hold = true, Name = $"{number}" }, Stop))).ToArray();
        var all = Task.WhenAll(submissions);
        var answers = 0;
        for (var clock = Stopwatch.StartNew(); !all.IsCompleted; clock.Restart(), answers++)
        {
            // On a connection of its own.
            using var http = rig.NewClient();
            using var answer = await http.GetAsync("/v1/server", Stop);
            Assert.True(answer.IsSuccessStatusCode);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"It answered after {clock.Elapsed}.");
        }

        var taken = await all;
        Assert.True(answers > 2, $"Only {answers} answers.");
        rig.KillService();
        rig.Launch();
        await rig.AnswersAsync();
        var kept = await rig.Client.ReadJobsAsync(new GpuJobQuery(), Stop);
        Assert.Equal(many, kept.Count);
        Assert.Equal(taken.Select(static job => (job.Id, job.Name)).Order(), kept.Select(static job => (job.Id, job.Name)).Order());
    }

    [Fact]
    public async Task Who_is_turned_away_because_too_many_are_at_the_door_comes_again()
    {
        var folder = Directory.CreateTempSubdirectory("gpuops-door-").FullName;
        var location = new QueueLocation(folder);
        using var door = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        door.Bind(new UnixDomainSocketEndPoint(location.Socket));
        door.Listen(1);
        List<Socket> crowd = [];
        try
        {
            while (true)
            {
                crowd.Add(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false });
                crowd[^1].Connect(new UnixDomainSocketEndPoint(location.Socket));
            }
        }
        catch (SocketException)
        {
            // It is full.
        }

        await using var client = new QueueScheduler(location, "queue:");
        var asked = client.FindServerAsync(Stop);
        Assert.NotSame(asked, await Task.WhenAny(asked, Task.Delay(TimeSpan.FromMilliseconds(300), Stop)));
        // One more than the crowd without the last is let in, and is then sent away.
        for (var guest = 0; guest < crowd.Count; guest++)
        {
            using var let = await door.AcceptAsync(Stop).AsTask().WaitAsync(Wait.Patience, Stop);
        }

        Assert.Null(await asked);
        crowd.ForEach(static guest => guest.Dispose());
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task On_a_full_disk_submissions_are_refused_jobs_go_on_and_all_is_well_when_there_is_room()
    {
        if (FullDisk.Missing is { } missing)
        {
            Assert.SkipUnless(RigFiles.AreRequired, missing);
        }

        await using var disk = await FullDisk.MountAsync(takesNames: true, kilobytes: 4096);
        disk.Clear();
        await using var rig = await ServiceRig.StartAsync(Path.Combine(disk.Path, "s"));
        var job = await rig.SubmitAsync("echo on > $F/on; while ! [ -e $F/go ]; do sleep 0.02; done; exit 5", gpus: 1);
        await rig.ReadAsync("on", static text => text.Length > 0);
        while ((await rig.FindAsync(job.Id)).State != GpuJobState.Running)
        {
            // Its program runs before that is written down.
            await Task.Delay(10, Stop);
        }

        disk.Fill();
        // There may be room in the file for a few.
        GpuOpsException? fault = null;
        for (var attempt = 0; fault is null; attempt++)
        {
            Assert.True(attempt < 10_000, "All are taken.");
            try
            {
                await rig.Client.SubmitJobAsync(rig.Script("true") with { Hold = true, Name = new string('x', 10_000) }, Stop);
            }
            catch (GpuOpsException full)
            {
                fault = full;
            }
        }

        Assert.Equal(("QueueStoreFull", GpuOpsErrorKind.Exhausted), (fault.Id, fault.Kind));
        Assert.Equal(GpuJobState.Running, (await rig.FindAsync(job.Id)).State);
        rig.Write("go");
        await Wait.UntilAsync(() => rig.JobProcessesAsync().Result.Count, static count => count == 0, "the job ends");
        disk.Clear();
        var ended = await rig.EndAsync(job);
        Assert.Equal((GpuJobState.Failed, 5), (ended.State, ended.ExitCode));
        Assert.Equal(GpuJobState.Completed, (await rig.EndAsync(await rig.SubmitAsync("true", gpus: 1))).State);
    }

    [Theory]
    [InlineData("no database")]
    [InlineData("damaged")]
    [InlineData("another program's")]
    public async Task A_damaged_file_is_not_touched_and_it_says_what_to_do(string what)
    {
        await using var rig = await ServiceRig.StartAsync();
        for (var number = 0; number < 20; number++)
        {
            await rig.Client.SubmitJobAsync(rig.Script("true") with { Hold = true, Name = new string('x', 3000) }, Stop);
        }

        Assert.Equal(0, await rig.EndServiceAsync());
        var bytes = await File.ReadAllBytesAsync(rig.Location.Database, Stop);
        switch (what)
        {
            case "no database":
                bytes.AsSpan(0, 100).Fill((byte)'x');
                break;
            case "damaged":
                bytes.AsSpan(bytes.Length / 2, 8192).Fill(0xaa);
                break;
            default:
                // The application's id in the header.
                bytes.AsSpan(68, 4).Fill(0x11);
                break;
        }

        await File.WriteAllBytesAsync(rig.Location.Database, bytes, Stop);
        rig.Launch();
        Assert.NotEqual(0, await rig.ExitAsync());
        Assert.Contains("Put a copy of it back, or move it away", rig.Log, StringComparison.Ordinal);
        var fault = await Assert.ThrowsAsync<GpuOpsException>(() => new QueueServiceStarter(SupervisorRig.Program, rig.Location).StartAsync(null, null, "queue:", Stop));
        Assert.Equal("QueueServiceNotStarted", fault.Id);
        Assert.Contains("Put a copy of it back, or move it away", fault.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(rig.Location.Database, Stop));
        Assert.Equal(["queue.db"], Directory.GetFiles(rig.State, "queue.db*").Select(Path.GetFileName).Where(static name => !name!.EndsWith(".lock", StringComparison.Ordinal)));
        Assert.Null(await rig.SupervisorAsync());
    }
}
