using System.Runtime.Versioning;
using GpuOps.Errors;
using GpuOps.Files;
using GpuOps.Pools.Sqlite;
using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Sqlite;

/// <summary>The line of a store's writers, kept by the kernel.</summary>
[SupportedOSPlatform("linux")]
public sealed class WriterLineTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60), Short = TimeSpan.FromMilliseconds(100);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gpuops-");
    private readonly List<WriterLine> _lines = [];
    private readonly string _store;

    public WriterLineTests()
    {
        _store = Path.Combine(_folder.FullName, "pool.db");
        using var file = File.Create(_store);
        File.SetUnixFileMode(_store, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string LineFile => $"{_store}-line";

    public void Dispose()
    {
        _lines.ForEach(line => line.Dispose());
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Writers_come_in_the_order_in_which_they_asked()
    {
        List<int> order = [];
        List<Task> writers = [];
        using (var holder = Hold())
        {
            for (var at = 0; at < 20; at++)
            {
                var (number, line) = (at, New());
                writers.Add(Start(() => line.Run(() => { order.Add(number); return 0; }, Long, Token)));
                await WaitInKernelAsync(at + 1);
            }
        }

        await Task.WhenAll(writers);
        Assert.Equal(Enumerable.Range(0, 20), order);
    }

    [Fact]
    public void Nobody_writes_in_somebody_elses_turn()
    {
        var inside = 0;
        Parallel.For(0, 8, _ =>
        {
            var line = New();
            for (var round = 0; round < 50; round++)
            {
                line.Run(
                    () =>
                    {
                        Assert.Equal(1, Interlocked.Increment(ref inside));
                        Thread.Yield();
                        return Interlocked.Decrement(ref inside);
                    },
                    Long, Token);
            }
        });
    }

    [Fact]
    public void A_turn_that_does_not_come_is_given_up_and_holds_up_nobody()
    {
        var impatient = New();
        using (var holder = Hold())
        {
            Assert.Throws<TimeoutException>(() => impatient.Run(Never, Short, Token));
            // Again: it joins the thread that waits in the kernel already.
            Assert.Throws<TimeoutException>(() => impatient.Run(Never, Short, Token));
            Assert.Equal(1, Waiting());
        }

        Assert.Equal(1, New().Run(() => 1, Long, Token));
        Assert.Equal(2, impatient.Run(() => 2, Long, Token));
    }

    [Fact]
    public async Task A_wait_can_be_cancelled()
    {
        var line = New();
        using (var holder = Hold())
        {
            using var cancel = new CancellationTokenSource();
            var writer = Start(() => line.Run(Never, Long, cancel.Token));
            await WaitInKernelAsync(1);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer);
        }

        Assert.Equal(1, line.Run(() => 1, Long, Token));
    }

    [Fact]
    public void A_turn_ends_with_its_work_however_that_ends()
    {
        Assert.Throws<InvalidDataException>(() => New().Run<int>(() => throw new InvalidDataException(), Long, Token));
        Assert.Equal(1, New().Run(() => 1, Short, Token));
    }

    [Fact]
    public void Whoever_may_use_the_store_may_stand_in_line()
    {
        New().Run(() => 0, Long, Token);
        Assert.Equal(File.GetUnixFileMode(_store), File.GetUnixFileMode(LineFile));
    }

    [Fact]
    public void A_line_that_cannot_be_made_is_done_without()
    {
        Directory.CreateDirectory(Path.Combine(LineFile, "in the way"));
        File.Delete(_store);
        Assert.Equal(1, New().Run(() => 1, Long, Token));
    }

    [Fact]
    public async Task A_store_whose_line_does_not_move_is_busy()
    {
        await using var pool = new SqliteGpuPool(new SqlitePoolOptions(_store) { BusyTimeout = Short });
        await InitializeAsync(pool, 1);
        using (var holder = Hold())
        {
            var fault = await Assert.ThrowsAsync<GpuOpsException>(() => InitializeAsync(pool, 2));
            Assert.Equal("StoreBusy", fault.Id);
            // Reading needs no turn.
            Assert.Single((await pool.ReadAsync(null, Token)).Gpus);
        }

        await InitializeAsync(pool, 2);
        Assert.Equal(2, (await pool.ReadAsync(null, Token)).Gpus.Count);
    }

    private static Task<PoolInitialization> InitializeAsync(SqliteGpuPool pool, int count) => pool.InitializeAsync(
        new PoolLayout("box", [.. Enumerable.Range(0, count).Select(id => new PoolGpu { Host = "box", Id = id, Device = $"{id}" })]),
        force: false, dryRun: false, Token);

    private static Task Start(Action action) => Task.Factory.StartNew(action, Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static int Never() => throw new InvalidOperationException("It was not its turn.");

    private WriterLine New()
    {
        var line = new WriterLine(_store);
        lock (_lines)
        {
            _lines.Add(line);
        }

        return line;
    }

    /// <summary>Has the turn until it is disposed.</summary>
    private Turn Hold() => new(New());

    private async Task WaitInKernelAsync(int count)
    {
        while (Waiting() < count)
        {
            await Task.Delay(2, Token);
        }
    }

    /// <summary>How many wait, as the kernel lists them, see proc_locks(5).</summary>
    private int Waiting()
    {
        var inode = $":{FileIdentity.Of(LineFile)!.Value.File} ";
        return File.ReadLines("/proc/locks").Count(line => line.Contains("-> FLOCK", StringComparison.Ordinal) && line.Contains(inode, StringComparison.Ordinal));
    }

    private sealed class Turn : IDisposable
    {
        private readonly ManualResetEventSlim _end = new();
        private readonly Task _held;

        public Turn(WriterLine line)
        {
            using var begun = new ManualResetEventSlim();
            _held = Start(() => line.Run(() => { begun.Set(); _end.Wait(Token); return 0; }, Long, Token));
            begun.Wait(Token);
        }

        public void Dispose()
        {
            _end.Set();
            _held.Wait();
            _end.Dispose();
        }
    }
}
