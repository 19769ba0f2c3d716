using GpuOps.Errors;
using GpuOps.Probes;
using Microsoft.Extensions.Time.Testing;

namespace GpuOps.Unit.Probes;

public sealed class DriverThreadTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly ManualResetEventSlim _comesBack = new();
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DriverThread _driver;

    public DriverThreadTests() => _driver = new("NVIDIA", TimeSpan.FromSeconds(5), _time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _comesBack.Set();
        _comesBack.Dispose();
    }

    [Fact]
    public async Task Answers_come_back_and_so_do_errors()
    {
        Assert.Equal(42, await _driver.RunAsync(() => 42, Cancel));
        await Assert.ThrowsAsync<InvalidDataException>(() => _driver.RunAsync<int>(() => throw new InvalidDataException(), Cancel));
        Assert.True(await _driver.RunAsync(() => Thread.CurrentThread.IsBackground && !Thread.CurrentThread.IsThreadPoolThread, Cancel));
    }

    [Fact]
    public async Task Calls_never_overlap()
    {
        var inside = 0;
        var most = 0;
        int Call()
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            Thread.Yield();
            return Interlocked.Decrement(ref inside);
        }

        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => _driver.RunAsync(Call, Cancel))));
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task A_hanging_call_ends_at_the_limit_and_later_ones_at_once()
    {
        var hanging = _driver.RunAsync(Hang, Cancel);
        await _entered.Task;
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(hanging.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        var error = await Assert.ThrowsAsync<GpuOpsException>(() => hanging);
        Assert.Equal(("GpuDriverTimeout", GpuOpsErrorKind.Timeout), (error.Id, error.Kind));
        Assert.Contains("NVIDIA driver has not answered for 5 s", error.Message, StringComparison.Ordinal);
        var later = _driver.RunAsync(() => 1, Cancel);
        Assert.True(later.IsFaulted);
        await Assert.ThrowsAsync<GpuOpsException>(() => later);
    }

    [Fact]
    public async Task A_driver_that_comes_back_is_asked_again()
    {
        var skipped = true;
        var hanging = _driver.RunAsync(Hang, Cancel);
        await _entered.Task;
        var queued = _driver.RunAsync(() => skipped = false, Cancel);
        _time.Advance(TimeSpan.FromSeconds(5));
        await Assert.ThrowsAsync<GpuOpsException>(() => hanging);
        await Assert.ThrowsAsync<GpuOpsException>(() => queued);

        _comesBack.Set();
        Assert.Equal(7, await AskUntilAnsweredAsync());
        Assert.True(skipped);
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_wait_for_the_driver()
    {
        using var cancel = new CancellationTokenSource();
        var hanging = _driver.RunAsync(Hang, cancel.Token);
        await _entered.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging);

        // The driver was not overdue yet, so the next one waits for it.
        var next = _driver.RunAsync(() => 3, Cancel);
        Assert.False(next.IsCompleted);
        _comesBack.Set();
        Assert.Equal(3, await next);
    }

    private int Hang()
    {
        _entered.SetResult();
        _comesBack.Wait(Cancel);
        return 0;
    }

    // The thread says that it is back a moment after the call returned; there is nothing else to wait for.
    private async Task<int> AskUntilAnsweredAsync()
    {
        while (true)
        {
            try
            {
                return await _driver.RunAsync(() => 7, Cancel);
            }
            catch (GpuOpsException)
            {
                await Task.Yield();
            }
        }
    }
}
