using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Contract;

public abstract partial class PoolContract
{
    // Far above what a signal takes, far below the safety net given to WaitAsync.
    private static readonly TimeSpan Told = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Untold = TimeSpan.FromSeconds(40);

    /// <summary>Waits in a second client for what the first one does.</summary>
    private async Task IsToldAsync(string id, Func<Task> act)
    {
        await using var listener = await Store.OpenAsync();
        await using var signal = await listener.ListenAsync(Host, id, Token);
        Assert.Equal(ReservationOutcome.Waiting, (await listener.CheckAsync(Host, id, null, Token)).Outcome);
        var waiting = signal.WaitAsync(Untold, Token);
        await act();
        await waiting.WaitAsync(Told, Token);
    }

    [Fact]
    public async Task A_waiter_is_told_of_its_grant()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("a"), 0);
        await WaitsAsync(Ask("b"), 1);
        await IsToldAsync("b", () => ReleaseAsync("a"));
        await NowHoldsAsync("b", 0);
    }

    [Fact]
    public async Task A_waiter_is_told_that_it_can_never_be_served()
    {
        await HaveAsync(2);
        await GrantedAsync(Ask("a", 2), 0, 1);
        await WaitsAsync(AskIds("b", 1), 1);
        await IsToldAsync("b", () => DisableAsync(1));
        await IsUnknownAsync("b");
    }

    [Fact]
    public async Task A_waiter_is_told_when_a_dead_holder_made_room()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("a") with { Holder = Process(1) }, 0);
        await WaitsAsync(Ask("b"), 1);
        await IsToldAsync("b", () => Pool.ReclaimAsync([new Claim("a", Host, Process(1))], Token));
        await NowHoldsAsync("b", 0);
    }

    [Fact]
    public async Task News_between_listening_and_waiting_is_not_missed()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("a"), 0);
        await WaitsAsync(Ask("b"), 1);
        await using var listener = await Store.OpenAsync();
        await using var signal = await listener.ListenAsync(Host, "b", Token);
        await ReleaseAsync("a");
        await signal.WaitAsync(Untold, Token).WaitAsync(Told, Token);
    }

    [Fact]
    public async Task Waiting_for_news_ends_after_a_while_without()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("a"), 0);
        await WaitsAsync(Ask("b"), 1);
        await using var signal = await Pool.ListenAsync(Host, "b", Token);
        var waiting = signal.WaitAsync(TimeSpan.FromMilliseconds(50), Token);
        while (!waiting.IsCompleted)
            await Store.PassAsync(TimeSpan.FromMilliseconds(50));
        await waiting;
    }

    [Fact]
    public async Task Waiting_for_news_ends_when_it_is_cancelled()
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("a"), 0);
        await WaitsAsync(Ask("b"), 1);
        await using var signal = await Pool.ListenAsync(Host, "b", Token);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var waiting = WaitForEverAsync(signal, cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Told, Token));
    }

    // A false ring is allowed; it only makes a client ask once more.
    private static async Task WaitForEverAsync(IWaitSignal signal, CancellationToken token)
    {
        while (true)
            await signal.WaitAsync(Untold, token);
    }

    [Fact]
    public async Task Many_waiters_are_each_told()
    {
        await HaveAsync(4);
        await GrantedAsync(Ask("all", 4), 0, 1, 2, 3);
        for (var i = 0; i < 4; i++)
            await WaitsAsync(Ask($"w{i}"), i + 1);
        await using var listener = await Store.OpenAsync();
        var signals = new List<IWaitSignal>();
        for (var i = 0; i < 4; i++)
            signals.Add(await listener.ListenAsync(Host, $"w{i}", Token));
        await ReleaseAsync("all");
        await Task.WhenAll(signals.Select(signal => signal.WaitAsync(Untold, Token))).WaitAsync(Told, Token);
        foreach (var signal in signals)
            await signal.DisposeAsync();
    }
}
