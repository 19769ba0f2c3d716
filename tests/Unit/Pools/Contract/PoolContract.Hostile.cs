using GpuOps.Pools;

namespace GpuOps.Unit.Pools.Contract;

public abstract partial class PoolContract
{
    public static TheoryData<string> HostileText =>
    [
        "", " ", "'; DROP TABLE reservations; --", "\"quoted\" \\ back\\slash", "line\nbreak\r\ttab", "null\0inside",
        "{tag}:a|b,c=d*[e]?", "%s %d ${x} $(id)", "Grüße, 世界 🚀", "\u202Ereversed", "null", "0", "true", "[]", "{}", new string('x', 5000),
    ];

    [Theory]
    [MemberData(nameof(HostileText))]
    public async Task Any_text_comes_back_as_it_was(string text)
    {
        await HaveAsync(2);
        var request = Ask("a") with { User = $"u{text}", ActualUser = $"r{text}", Note = text };
        var grant = await GrantedAsync(request, 0);
        Assert.Equal((request.User, request.ActualUser, text), (grant.User, grant.ActualUser, grant.Note));
        await WaitsAsync(request with { Id = "b", Demand = new GpuDemand(Count: 2) }, 1);
        await Pool.SetServiceAsync(Host, [0], $"why{text}", $"by{text}", Token);

        var shown = await ReadAsync();

        Assert.Equal(text, Assert.Single(shown.Reservations).Note);
        Assert.Equal(($"why{text}", $"by{text}"), (shown.Gpus[0].DisabledReason, shown.Gpus[0].DisabledBy));
        await ReleaseAsync("a");
        Assert.Equal($"u{text}", Assert.Single(await UsageAsync()).User);
    }

    [Theory]
    [MemberData(nameof(HostileText))]
    public async Task Any_text_may_wait_in_line(string text)
    {
        await HaveAsync(1);
        await GrantedAsync(Ask("a"), 0);
        await WaitsAsync(Ask("b") with { User = $"u{text}", Note = text }, 1);
        var entry = Assert.Single((await ReadAsync()).Queue);
        Assert.Equal(($"u{text}", text), (entry.User, entry.Note));
        await ReleaseAsync("a");
        Assert.Equal(text, (await NowHoldsAsync("b", 0)).Note);
    }

    [Fact]
    public async Task Users_and_hosts_whose_names_look_like_keys_are_not_confused()
    {
        string[] hosts = ["a", "a:0", "a:gpus", "a}{b", "A"];
        foreach (var host in hosts)
            await HaveAsync(3, host);
        foreach (var (host, number) in hosts.Select((host, number) => (host, number)))
        {
            await GrantedAsync(AskIds("use", number % 3) with { Host = host, User = $"u:{host}" }, number % 3);
            await ReleaseAsync("use", host);
        }

        foreach (var (host, number) in hosts.Select((host, number) => (host, number)))
            await GrantedAsync(Ask($"again-{number}", user: $"u:{host}") with { Host = host }, number % 3);
        foreach (var host in hosts)
            Assert.Equal([host], (await ReadAsync(host)).Reservations.Select(held => held.ComputerName));
    }

    [Fact]
    public async Task Names_that_differ_only_in_case_are_different_users()
    {
        await HaveAsync(2);
        await UseAsync("Ann", 1);
        await GrantedAsync(Ask("a", user: "ann"), 0);
        await ReleaseAsync("a");
        await WaitsAsync(Ask("b", 2, user: "ann") with { Observation = Sees((1, "Ann")), Force = true }, 1);
    }
}
