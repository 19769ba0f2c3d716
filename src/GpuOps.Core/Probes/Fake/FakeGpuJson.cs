using System.Text.Json;
using System.Text.Json.Serialization;

namespace GpuOps.Probes.Fake;

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(FakeGpuFile))]
internal sealed partial class FakeGpuJson : JsonSerializerContext;
