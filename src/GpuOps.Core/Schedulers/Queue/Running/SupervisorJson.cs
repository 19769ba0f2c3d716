using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuOps.Schedulers.Queue.Running;

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SupervisorRequest))]
[JsonSerializable(typeof(SupervisorReply))]
[JsonSerializable(typeof(StartRecord))]
[JsonSerializable(typeof(SupervisedRun))]
internal sealed partial class SupervisorJson : JsonSerializerContext;
