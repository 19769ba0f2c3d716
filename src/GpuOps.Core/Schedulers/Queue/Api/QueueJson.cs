using System.Text.Json;
using System.Text.Json.Serialization;
using GpuOps.Pools;

namespace GpuOps.Schedulers.Queue.Api;

/// <summary>How the queue service and its clients write down what they say to each other.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(GpuJob))]
[JsonSerializable(typeof(GpuJobChange))]
[JsonSerializable(typeof(GpuJobPage))]
[JsonSerializable(typeof(GpuJobRequest))]
[JsonSerializable(typeof(QueueFault))]
[JsonSerializable(typeof(GpuServer))]
[JsonSerializable(typeof(GpuServerHealth))]
[JsonSerializable(typeof(IReadOnlyList<GpuStatus>))]
public sealed partial class QueueJson : JsonSerializerContext;
