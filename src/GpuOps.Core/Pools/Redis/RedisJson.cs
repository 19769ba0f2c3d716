using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using GpuOps.Pools.Rules;

namespace GpuOps.Pools.Redis;

/// <summary>A request as the store keeps it, from the first to the last; durations in ms.</summary>
internal sealed record StoredRequest(
    string User,
    string ActualUser,
    ReservationKind Kind,
    long Lease,
    string Note,
    long? Duration = null,
    bool? Force = null,
    int? Count = null,
    IReadOnlyList<int>? Ids = null,
    decimal? Share = null,
    int? Units = null,
    long? Memory = null)
{
    [JsonIgnore]
    public GpuDemand Demand => new(Count, Ids, Share, Memory);

    public static StoredRequest Of(ReservationRequest request) => new(
        request.User,
        request.ActualUser,
        request.Kind,
        (long)request.Lease.TotalMilliseconds,
        request.Note,
        request.Kind == ReservationKind.Timed ? (long)request.Duration!.Value.TotalMilliseconds : null,
        request.Force ? true : null,
        request.Demand.Count,
        request.Demand.Ids,
        request.Demand.Share,
        request.Demand.Share is { } share ? HostLedger.Units(share) : null,
        request.Demand.Memory);
}

/// <summary>What a GPU is, as the store keeps it.</summary>
internal sealed record StoredGpu(string Device, string Uuid, string Model, long Memory, GpuProvider Provider);

/// <summary>Why a GPU is out of service, as the store keeps it.</summary>
internal sealed record StoredService(string Reason, string By);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredRequest))]
[JsonSerializable(typeof(StoredGpu))]
[JsonSerializable(typeof(StoredService))]
[JsonSerializable(typeof(Dictionary<int, string>))]
[JsonSerializable(typeof(JsonElement[]))]
internal sealed partial class RedisJson : JsonSerializerContext;

/// <summary>A process as the store keeps it: two numbers, then the machine, which may be any text.</summary>
internal static class StoredHolder
{
    public static string Write(ProcessIdentity? holder) => holder is null
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{holder.ProcessId} {holder.StartTime} {holder.Machine}");

    public static ProcessIdentity? Read(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var parts = text.Split(' ', 3);
        return new ProcessIdentity(
            parts[2], int.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
