using System.Text.Json;
using GpuOps.Pools.Rules;
using StackExchange.Redis;

namespace GpuOps.Pools.Redis;

/// <summary>Reads what <c>usage.lua</c> answers: who used what, and who still does.</summary>
internal static class RedisUsageReader
{
    public static List<UsageRecord> Read(RedisResult reply, DateTimeOffset since)
    {
        var (now, offset) = ((long)reply[0], (long)reply[1]);
        var records = new List<UsageRecord>();
        foreach (var json in (string[])reply[2]!)
            records.Add(Finished(RedisReplies.Parse(json, RedisJson.Default.JsonElementArray), offset));
        foreach (var host in (RedisResult[])reply[3]!)
        {
            var claims = (string[])host[1]!;
            for (var n = 0; n < claims.Length; n += 2)
            {
                var held = Held((string)host[0]!, StoredClaim.Read(claims[n], claims[n + 1]), now, offset);
                records.AddRange(held.Where(record => record.End is null || record.End >= since));
            }
        }
        return records;
    }

    private static UsageRecord Finished(JsonElement[] fields, long offset) => new()
    {
        Host = fields[0].GetString()!,
        ReservationId = fields[1].GetString()!,
        GpuId = fields[2].GetInt32(),
        User = fields[3].GetString()!,
        Kind = (ReservationKind)fields[4].GetInt32(),
        Share = fields[5].GetInt32() / (decimal)HostLedger.WholeGpu,
        Start = RedisReplies.Shown(fields[6].GetInt64(), offset),
        End = RedisReplies.Shown(fields[7].GetInt64(), offset),
    };

    // One that has expired and was not swept yet has ended all the same.
    private static IEnumerable<UsageRecord> Held(string host, StoredClaim claim, long now, long offset)
    {
        DateTimeOffset? end = claim.Due > now ? null : RedisReplies.Shown(claim.IsFixed ? claim.Due : claim.Last, offset);
        return claim.Gpus.Select((gpu, n) => new UsageRecord
        {
            Host = host,
            ReservationId = claim.Id,
            GpuId = gpu,
            User = claim.Request.User,
            Kind = claim.Request.Kind,
            Share = claim.Units[n] / (decimal)HostLedger.WholeGpu,
            Start = RedisReplies.Shown(claim.Granted, offset),
            End = end,
        });
    }
}
