using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using GpuOps.Pools.Rules;
using StackExchange.Redis;

namespace GpuOps.Pools.Redis;

/// <summary>Turns what the scripts answer into the records of a pool.</summary>
/// <param name="host">The host they are about.</param>
/// <param name="backend">The backend's name.</param>
/// <param name="gpus">What is known of GPUs.</param>
/// <param name="sent">The request that was just sent: the answer leaves it out.</param>
internal sealed class RedisReplies(string host, string backend, StoredGpus gpus, StoredRequest? sent = null)
{
    /// <summary>A time as it is shown: the pool's clock without its offset.</summary>
    public static DateTimeOffset Shown(long stored, long offset) => DateTimeOffset.FromUnixTimeMilliseconds(stored - offset);

    public static T Parse<T>(string json, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(json, type) ?? throw new JsonException("null");

    public ReservationDecision Decision(RedisResult reply)
    {
        var parts = (RedisResult[])reply!;
        var outcome = Enum.Parse<ReservationOutcome>((string)parts[0]!);
        var refused = outcome == ReservationOutcome.Refused;
        return new ReservationDecision
        {
            Outcome = outcome,
            Waiting = (int)parts[2],
            InService = (int)parts[3],
            Free = (int)parts[4],
            Reservation = outcome == ReservationOutcome.Granted ? Reservation(parts.AsSpan(5), (long)parts[1]) : null,
            Position = outcome == ReservationOutcome.Waiting ? (int)parts[5] : 0,
            Reason = refused ? Enum.Parse<RefusalReason>((string)parts[5]!) : null,
            Gpus = refused ? (int[])parts[6]! : [],
            Neighbours = refused || outcome == ReservationOutcome.Waiting ? Claims(parts[^1]) : [],
        };
    }

    /// <summary>A grant as a script describes it: its id, the claim, and what its GPUs are.</summary>
    public GpuReservation Reservation(ReadOnlySpan<RedisResult> parts, long offset) => Reservation(
        StoredClaim.Read((string)parts[0]!, (string)parts[1]!, sent),
        Array.ConvertAll((RedisResult[])parts[2]!, gpus.Read),
        offset);

    /// <param name="claim">The grant.</param>
    /// <param name="held">What the granted GPUs are.</param>
    /// <param name="offset">The clock's offset.</param>
    public GpuReservation Reservation(StoredClaim claim, StoredGpu[] held, long offset) => new()
    {
        Id = claim.Id,
        FencingNumber = claim.Fence,
        ComputerName = host,
        GpuId = claim.Gpus,
        Device = Array.ConvertAll(held, gpu => gpu.Device),
        Provider = held[0].Provider,
        Share = claim.Units[0] / (decimal)HostLedger.WholeGpu,
        Memory = claim.Request.Memory,
        User = claim.Request.User,
        ActualUser = claim.Request.ActualUser,
        Kind = claim.Request.Kind,
        Note = claim.Request.Note,
        Since = Shown(claim.Granted, offset).LocalDateTime,
        LastHeartbeat = Shown(claim.Last, offset).LocalDateTime,
        Expires = Shown(claim.Due, offset).LocalDateTime,
        Lease = TimeSpan.FromMilliseconds(claim.Request.Lease),
        Holder = claim.Holder,
        Backend = backend,
    };

    private Claim[] Claims(RedisResult pairs)
    {
        var list = (string[])pairs!;
        var claims = new Claim[list.Length / 2];
        for (var n = 0; n < claims.Length; n++)
            claims[n] = new Claim(list[2 * n], host, StoredHolder.Read(list[2 * n + 1])!);
        return claims;
    }
}
