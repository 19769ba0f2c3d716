using GpuOps.Pools;
using static GpuOps.Unit.Pools.Redis.RedisRig;

namespace GpuOps.Unit.Pools.Redis;

public sealed class RedisHostileTextTests
{
    public static TheoryData<string> Texts => new(
        "a\"b'c\\d",
        "line\r\nbreak\ttab\0nul",
        "{tag}:meta}{",
        "Zoë 测试 👩‍🚀 \u202E",
        "0:1 2:3",
        "%d %s [^]",
        " ",
        new string('x', 4096),
        "gpuops:{default}:meta");

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Any_text_comes_back_as_it_was(string text)
    {
        await using var rig = await StartAsync();
        await using var pool = rig.Pool();
        await pool.InitializeAsync(Layout(2, text), force: false, dryRun: false, Token);
        var holder = new ProcessIdentity(text, 1, 2);
        var request = Want(user: text) with { Id = text, Host = text, Note = text, Holder = holder };

        await pool.GrantAsync(request);
        var other = await pool.RequestAsync(request with { Id = text + "2", Demand = new GpuDemand(Count: 2) }, Token);
        await pool.SetServiceAsync(text, [1], text, text, Token);
        var beat = await pool.BeatAsync([(text, text)], Token);
        var snapshot = await pool.ReadAsync(null, Token);

        Assert.Equal(ReservationOutcome.Waiting, other.Outcome);
        Assert.Equal([new Claim(text, text, holder)], other.Neighbours);
        Assert.Empty(beat.Lost);
        var held = Assert.Single(snapshot.Reservations);
        Assert.Equal((text, text, text, text), (held.Id, held.User, held.Note, held.ComputerName));
        Assert.Equal(holder, held.Holder);
        Assert.Equal((text, text), (snapshot.Gpus[1].DisabledReason, snapshot.Gpus[1].DisabledBy));
        Assert.True(await pool.ReleaseAsync(text, text, Token));
        var used = Assert.Single(await pool.ReadUsageAsync(DateTimeOffset.UtcNow.AddMinutes(-1), Token));
        Assert.Equal((text, text, text), (used.ReservationId, used.User, used.Host));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task A_waiting_request_of_any_name_is_told(string text)
    {
        await using var rig = await StartAsync();
        await using var pool = await rig.PoolAsync(1);
        var first = await pool.GrantAsync(Want());
        await using var signal = await pool.ListenAsync(Host, text, Token);
        await pool.RequestAsync(Want() with { Id = text }, Token);

        var told = signal.WaitAsync(TimeSpan.FromMinutes(1), Token);
        await pool.ReleaseAsync(Host, first.Id, Token);

        await told;
        Assert.Equal(ReservationOutcome.Granted, (await pool.CheckAsync(Host, text, null, Token)).Outcome);
    }

    [Fact]
    public async Task The_user_a_probe_saw_is_matched_whatever_the_name()
    {
        const string User = "Zoë \"测试\"";
        await using var rig = await StartAsync();
        await using var pool = await rig.PoolAsync(1);
        var seen = new GpuObservation(new Dictionary<int, string> { [0] = User });
        var request = Want(wait: false, user: User) with { Observation = seen };

        var refused = await pool.RequestAsync(request, Token);
        var forced = await pool.RequestAsync(request with { Force = true }, Token);

        Assert.Equal((RefusalReason.Busy, 0, 1), (refused.Reason, refused.Free, refused.InService));
        Assert.Equal(ReservationOutcome.Granted, forced.Outcome);
    }
}
