namespace DmDelegation.Platform.Profile;

/// <summary>DevId, fixed at the first start: every key derivation is bound to it (DEL-169).</summary>
public static class DeviceIdentity
{
    /// <summary>The DevId to use.</summary>
    /// <param name="profile">The device profile.</param>
    /// <param name="stored">DevId of the store; null at the first start.</param>
    /// <exception cref="ProfileException">The profile names another DevId than the stored one.</exception>
    public static string Decide(DeviceProfile profile, string? stored)
    {
        var wanted = profile.DevInfo.DevId;
        if (stored is null)
            return wanted ?? $"urn:uuid:{Guid.NewGuid()}";
        return wanted is null || wanted == stored
            ? stored
            : throw new ProfileException([$"devInfo.devId: \"{wanted}\", must stay \"{stored}\" or be absent: it was fixed at the first start (DEL-169)"]);
    }
}
